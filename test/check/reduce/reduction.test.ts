/**
 * Where there is a reduction, and where there is none because it could not be sound.
 */
import { expect, test } from "vitest";
import { binary, block, field, goto, set, stands, when } from "../../../src/check/program/build.ts";
import { restsOf } from "../../../src/check/program/nodes.ts";
import type { Process, Program, Statement } from "../../../src/check/program/program.ts";
import { reductionOf } from "../../../src/check/reduce/reduction.ts";
import { fleece } from "../support/programs.ts";
import { outcomeOf } from "./outcome.ts";

const alternative = (body: readonly Statement[]) => {
  return { name: "step", text: "step", choices: [], fair: true, body };
};

/** A process that takes its steps one after the other, and stays at the last rest. */
function worker(name: string, ...steps: readonly (readonly Statement[])[]): Process {
  const rests = steps.map((body, index) => ({
    ...{ kind: "rest" as const, name: index === 0 ? "idle" : `rest ${index}` },
    alternatives: [alternative([...body, goto(`rest ${index + 1}`)])],
  }));
  const last = { kind: "rest" as const, name: `rest ${steps.length}`, alternatives: [] };
  return { name, instances: 1, nodes: [...rests, last] };
}

/** Two workers, and a director who waits for both. */
function workers(one: Process, other: Process, more: Partial<Program> = {}): Program {
  const last = ({ name, nodes }: Process) => stands(name, 0, nodes.at(-1)?.name ?? "");
  const over = binary(last(one), "and", last(other));
  const numbers = (name: string) => ({ name, size: 9, count: 1, initial: [], values: null });
  return {
    name: "workers",
    fields: [numbers("left"), numbers("right"), numbers("shared")],
    tables: {},
    processes: [worker("director", [when(over, [], [block])]), one, other],
    properties: [],
    everyState: [],
    liveness: [],
    symmetries: [],
    teams: { director: "director", tasks: [], adopted: [], guides: [] },
    coverage: [],
    final: stands("director", 0, "rest 1"),
    ...more,
  };
}

const adds = (name: string) => set(name, 0, binary(field(name), "+", 1));

/** States with and without the reduction. */
function states(program: Program): readonly [number, number] {
  const reduction = reductionOf(program);
  if (typeof reduction === "string") throw new Error(reduction);
  const [whole, reduced] = [null, reduction].map((each) => outcomeOf(program, each, 1000));
  expect(reduced?.outcome).toEqual(whole?.outcome);
  return [whole?.states ?? 0, reduced?.states ?? 0];
}

test("who has nothing to do with each other goes one after the other", () => {
  const one = worker("one", [adds("left")], [adds("left")]);
  const other = worker("other", [adds("right")], [adds("right")]);
  expect(states(workers(one, other))).toEqual([10, 6]);
});

test("who meets goes in every order, but only until they have met", () => {
  const one = worker("one", [adds("left")], [set("shared", 0, 1)]);
  const other = worker("other", [adds("right")], [set("shared", 0, 2)]);
  expect(states(workers(one, other))).toEqual([12, 9]);
  const late = worker("one", [set("shared", 0, 1)], [adds("left")]);
  expect(states(workers(late, other))).toEqual([13, 10]);
});

test("who waits for the other lets him go first", () => {
  const waits = when(binary(field("shared"), "==", 0), [block]);
  const one = worker("one", [waits, adds("left")]);
  const other = worker("other", [adds("right")], [set("shared", 0, 1)]);
  expect(states(workers(one, other))).toEqual([5, 5]);
});

test("none where runs need not end, so that somebody could be put off for ever", () => {
  const spins: Process = {
    name: "one",
    instances: 1,
    nodes: [
      { kind: "rest", name: "idle", alternatives: [alternative([goto("busy")])] },
      { kind: "rest", name: "busy", alternatives: [alternative([goto("idle")])] },
    ],
  };
  const other = worker("other", [adds("right")]);
  expect(reductionOf(workers(spins, other))).toBe("its runs need not end");
});

test("none where a property looks at several things at once", () => {
  const one = worker("one", [adds("left")]);
  const other = worker("other", [adds("right")]);
  const violated = binary(field("left"), "!=", field("right"));
  const program = workers(one, other, {
    properties: [{ name: "equal", promise: "always" }],
    everyState: [
      { kind: "judge", property: "equal", applies: { kind: "constant", value: 1 }, violated },
    ],
  });
  expect(reductionOf(program)).toMatch(/reads more than one thing at a time/);
});

test("none where a team changes what another one goes by", () => {
  const one = worker("one", [adds("left")]);
  const other = worker("other", [adds("left")]);
  const guides = [{ field: "left", process: "one" }];
  const teams = { director: "director", tasks: [], adopted: [], guides };
  expect(reductionOf(workers(one, other, { teams }))).toMatch(/changes what another one goes by/);
});

test("none from the middle of a run", () => {
  const program = workers(worker("one", [adds("left")]), worker("other", [adds("right")]));
  expect(typeof reductionOf(program)).toBe("object");
  const processes = program.processes.map((process) => ({
    ...process,
    begins: Array.from({ length: process.instances }, () => restsOf(process).at(-1) ?? ""),
  }));
  expect(reductionOf({ ...program, processes })).toBe("it is under way already");
});

test("none where nothing is known", () => {
  const program = fleece({ clusters: 1, guests: 1, readers: 1, values: 2 });
  expect(reductionOf(program)).toMatch(/nothing is known of who works with whom/);
});
