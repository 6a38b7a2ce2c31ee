/** What can be said of exported models without SPIN; the rest is in test/conformance. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { toPromela } from "../../../src/check/export/promela.ts";
import { Names } from "../../../src/check/export/promela-names.ts";
import { BlockgraphError } from "../../../src/error.ts";
import { arithmetic, forkAndJoin, mutualExclusion } from "./toys.ts";

test("names are identifiers, each given once, and never a word of Promela or C", () => {
  const awkward = fc.constantFrom("end", "end_2", "errno", "int", "a b", "a_b", "a.b", "0", "");
  fc.assert(
    fc.property(fc.array(fc.oneof(awkward, fc.string()), { maxLength: 20 }), (wanted) => {
      const names = new Names();
      const given = wanted.map((name) => names.claim(name));
      expect(new Set(given).size).toBe(given.length);
      for (const name of given) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
      expect(given).not.toContain("end");
      expect(given).not.toContain("errno");
      expect(given).not.toContain("int");
    }),
  );
});

test("a name stays as it is where nothing speaks against it", () => {
  expect(toPromela(mutualExclusion(2))).toContain("byte lock[1]; /* 0 free, 1 held * / */");
});

test("every combination of choices is an option of its own", () => {
  const options = toPromela(arithmetic()).match(/^ {2}:: step\(/gm) ?? [];
  expect(options).toHaveLength(6 * 6 * 13 + 1);
});

test("comments are for every instance and choice at once", () => {
  const program = arithmetic();
  const texts = program.processes.map((process) => ({
    ...process,
    nodes: process.nodes.map((node) =>
      node.kind === "pass"
        ? node
        : {
            ...node,
            alternatives: node.alternatives.map((alternative) => ({
              ...alternative,
              text: "guest {self} writes {value}",
            })),
          },
    ),
  }));
  const text = toPromela({ ...program, processes: texts });
  expect(text).toMatch(/^ {2}\/\* \w+: guest writes <value> \*\/$/m);
  expect(text).not.toContain("{self}");
});

test("a process that only others get away from its rests is no process of SPIN", () => {
  const program = forkAndJoin(2, 1);
  const [parent, child] = program.processes;
  if (parent === undefined || child === undefined) throw new Error("the toy has changed");
  const waiting = { ...parent, nodes: parent.nodes.slice(1) };
  const text = toPromela({ ...program, processes: [waiting, child] });
  expect(text).not.toContain("proctype parent");
  expect(text).toContain("child_at[_pid] == child_working");
});

test("the model says how it is run, and what it leaves out", () => {
  const liveness = [{ property: "all-end", process: "parent", pending: arithmetic().final }];
  const text = toPromela({ ...forkAndJoin(2, 1), liveness });
  expect(text).toContain("spin -a model.pml");
  expect(text).toContain("Liveness is not exported: all-end.");
  expect(text).toContain("at all: all-are-back.");
  expect(text).not.toContain("VECTORSZ");
});

test("a state that is too large for SPIN's defaults comes with the flag that makes room", () => {
  const wide = { name: "wide", size: 100_000, count: 600, initial: [], values: null };
  const program = forkAndJoin(2, 1);
  expect(toPromela({ ...program, fields: [...program.fields, wide] })).toContain("-DVECTORSZ=4096");
});

test("more instances than SPIN has processes are refused", () => {
  expect(() => toPromela(mutualExclusion(300))).toThrow(BlockgraphError);
});

test("instances begin at the rests where they are to begin", () => {
  const program = mutualExclusion(2);
  const [process, ...others] = program.processes;
  if (process === undefined) throw new Error("the toy has changed");
  const rests = process.nodes.filter(({ kind }) => kind === "rest").map(({ name }) => name);
  const begins = [rests[0] ?? "", rests[1] ?? ""];
  const text = toPromela({ ...program, processes: [{ ...process, begins }, ...others] });
  expect(text).not.toBe(toPromela(program));
  expect(text).toMatch(/_at\[1\] = 1\b|_at\[2\] = \{ ?0, ?1 ?\}/);
});
