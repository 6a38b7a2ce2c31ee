/**
 * The kernel for liveness says of every step who took it and whether it is a fair one, as the
 * program does; and what liveness finds on the yardstick and its mutants.
 */
import { describe, expect, it } from "vitest";
import { SKETCHES } from "../../../models/sketches.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { compileLabelled } from "../../../src/check/compile/labelled.ts";
import { layoutOf } from "../../../src/check/layout.ts";
import { LivenessSearch } from "../../../src/check/liveness/liveness-search.ts";
import { lowerSketch } from "../../../src/check/lower/sketch.ts";
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { Step } from "../../../src/check/program/state.ts";
import { designOf, mutateDesign } from "../../../src/system/sketch.ts";

const LIMITS = { states: 1_000_000, steps: 10_000_000, memory: 2 ** 30 };

function fleece(mutantName: string | null): Program {
  const sketch = SKETCHES.get("fleece");
  if (sketch === undefined) throw new Error("the yardstick is gone");
  const design = designOf(sketch, { clusters: 2, guests: 2, readers: 2, values: 2 });
  const mutant = sketch.mutants.find(({ name }) => name === mutantName);
  const properties = [...PROPERTIES.values()].filter(({ name }) =>
    sketch.properties.includes(name),
  );
  return lowerSketch(mutant === undefined ? design : mutateDesign(design, mutant), properties);
}

function labelOf(program: Program, { process, instance, node, alternative }: Step): number {
  const index = program.processes.findIndex(({ name }) => name === process);
  const before = program.processes
    .slice(0, index)
    .reduce((sum, { instances }) => sum + instances, 0);
  const rest = program.processes[index]?.nodes.find(({ name }) => name === node);
  const taken =
    rest?.kind === "rest" ? rest.alternatives.find(({ name }) => name === alternative) : undefined;
  return 2 * (before + instance) + (taken?.fair ? 1 : 0);
}

it("labels the same successors as the interpreter finds", () => {
  const program = fleece(null);
  const layout = layoutOf(program);
  const kernel = compileLabelled(program);
  let found: { label: number; state: readonly number[] }[] = [];
  const expand = kernel.run((label, ...words) => {
    found.push({ label, state: words.map((word) => word | 0) });
  });
  let state = initialState(program);
  for (let walk = 0; walk < 300; walk++) {
    const successors = successorsOf(program, state);
    found = [];
    expand(...layout.pack(state));
    expect(found).toEqual(
      successors.map((successor) => ({
        label: labelOf(program, successor.step),
        state: layout.pack(successor.state),
      })),
    );
    const guests = state.nodes.guest ?? [];
    for (const [guest, node] of guests.entries()) {
      expect(kernel.pending(0)(guest, ...layout.pack(state))).toBe(node !== "choosing");
    }
    state = successors[(walk * 7919) % successors.length]?.state ?? state;
  }
});

describe("liveness of the yardstick", () => {
  const search = (mutant: string | null) => {
    const program = fleece(mutant);
    const made = new LivenessSearch(program, compileLabelled(program), LIMITS);
    while (made.advance());
    return made;
  };

  it("holds: every guest request ends", () => {
    const made = search(null);
    expect([made.complete, made.states, made.transitions]).toEqual([true, 2482, 11640]);
    expect(made.found).toEqual([]);
    expect(made.pendingStates("guest-requests-end")).toBeGreaterThan(0);
  });

  it.each(["thaw-is-lost", "copied-claim-is-not-answered"])("is broken by %s", (mutant) => {
    const made = search(mutant);
    expect(made.found).toMatchObject([{ property: "guest-requests-end", process: "guest" }]);
  });
});
