/**
 * Whether something pending can stay pending for ever in a fair run: compared with the definition,
 * on small random graphs, and shown on the cases that are easily mistaken.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { LabelledKernel } from "../../../src/check/kernel.ts";
import { LivenessSearch } from "../../../src/check/liveness/liveness-search.ts";
import type { Program } from "../../../src/check/program/program.ts";

const LIMITS = { states: 1_000_000, steps: 10_000_000, memory: 2 ** 30 };

interface Step {
  readonly from: number;
  readonly to: number;
  readonly instance: number;
  readonly fair: boolean;
}

interface Graph {
  readonly states: number;
  readonly instances: number;
  readonly steps: readonly Step[];
  readonly pending: readonly boolean[];
}

/** A graph as a kernel whose states are one word. */
function kernelOf({ instances, steps, pending }: Graph): LabelledKernel {
  return {
    words: 1,
    initial: [0],
    instances,
    run: (emit) => (word) => {
      for (const { from, to, instance, fair } of steps) {
        if (from === word) emit(2 * instance + (fair ? 1 : 0), to);
      }
    },
    pending: () => (_self, word) => pending[word ?? 0] === true,
  };
}

const rest = { kind: "rest", name: "idle", alternatives: [] } as const;
const program: Program = {
  name: "graph",
  fields: [],
  tables: {},
  processes: [{ name: "waiter", instances: 1, nodes: [rest] }],
  properties: [],
  everyState: [],
  liveness: [{ property: "ends", process: "waiter", pending: { kind: "constant", value: 1 } }],
  symmetries: [],
  coverage: [],
  final: { kind: "constant", value: 1 },
};

function search(graph: Graph): LivenessSearch {
  const made = new LivenessSearch(program, kernelOf(graph), LIMITS);
  while (made.advance());
  return made;
}

/** By definition: some set of states in which a fair run can stay. */
function starvesByDefinition(graph: Graph): boolean {
  const { states, instances, steps, pending } = graph;
  const reachable = new Set([0]);
  for (const state of reachable) {
    for (const step of steps) if (step.from === state) reachable.add(step.to);
  }
  for (let set = 1; set < 1 << states; set++) {
    const members = Array.from({ length: states }, (_, state) => state).filter(
      (state) => (set >> state) & 1,
    );
    if (!members.every((state) => reachable.has(state) && pending[state])) continue;
    const inside = steps.filter(({ from, to }) => members.includes(from) && members.includes(to));
    if (!connected(members, inside)) continue;
    const fair = Array.from({ length: instances }, (_, instance) => {
      const takes = inside.some((step) => step.fair && step.instance === instance);
      const cannot = members.some(
        (state) =>
          !steps.some((step) => step.from === state && step.fair && step.instance === instance),
      );
      return takes || cannot;
    });
    const nothing = members.every(
      (state) => !steps.some((each) => each.from === state && each.fair),
    );
    const stays = members.length === 1 && nothing;
    if (stays || (inside.length > 0 && fair.every(Boolean))) return true;
  }
  return false;
}

function connected(members: readonly number[], steps: readonly Step[]): boolean {
  return members.every((start) => {
    const reached = new Set([start]);
    for (const state of reached) {
      for (const step of steps) if (step.from === state) reached.add(step.to);
    }
    return members.every((state) => reached.has(state));
  });
}

const graph: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: 6 }).chain((states) =>
  fc.integer({ min: 1, max: 3 }).chain((instances) =>
    fc.record({
      states: fc.constant(states),
      instances: fc.constant(instances),
      steps: fc.array(
        fc.record({
          from: fc.nat(states - 1),
          to: fc.nat(states - 1),
          instance: fc.nat(instances - 1),
          fair: fc.boolean(),
        }),
        { maxLength: 12 },
      ),
      pending: fc.array(fc.boolean(), { minLength: states, maxLength: states }),
    }),
  ),
);

it("finds a starving run just where the definition says there is one", () => {
  fc.assert(
    fc.property(graph, (given) => {
      const { found } = search(given);
      expect(found.length > 0).toBe(starvesByDefinition(given));
    }),
    { numRuns: 3000 },
  );
});

it("shows a run that exists, and that is fair to everybody", () => {
  fc.assert(
    fc.property(graph, (given) => {
      const [starved] = search(given).found;
      if (starved === undefined) return;
      const stem = starved.stem.map(([state = -1]) => state);
      const loop = starved.loop.map(([state = -1]) => state);
      const steps = (from: number, to: number) =>
        given.steps.filter((step) => step.from === from && step.to === to);
      expect(stem[0]).toBe(0);
      for (const [index, state] of stem.slice(1).entries()) {
        expect(steps(stem[index] ?? -1, state).length).toBeGreaterThan(0);
      }
      const entry = stem.at(-1) ?? -1;
      const round = [entry, ...loop];
      expect(round.every((state) => given.pending[state])).toBe(true);
      if (loop.length === 0) {
        expect(given.steps.some((step) => step.from === entry && step.fair)).toBe(false);
        return;
      }
      expect(loop.at(-1)).toBe(entry);
      for (const [index, state] of loop.entries()) {
        expect(steps(round[index] ?? -1, state).length).toBeGreaterThan(0);
      }
      for (let instance = 0; instance < given.instances; instance++) {
        const takes = loop.some((state, index) =>
          steps(round[index] ?? -1, state).some((step) => step.fair && step.instance === instance),
        );
        const cannot = loop.some(
          (state) =>
            !given.steps.some(
              (step) => step.from === state && step.fair && step.instance === instance,
            ),
        );
        expect(takes || cannot).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

it("lets an instance that can always go on do so", () => {
  const steps = [
    { from: 0, to: 0, instance: 1, fair: true },
    { from: 0, to: 1, instance: 0, fair: true },
  ];
  const base = { states: 2, instances: 2, pending: [true, false] };
  expect(search({ ...base, steps }).found).toEqual([]);
});

it("does not oblige the environment: a wait that only a time-out ends may last for ever", () => {
  const steps = [{ from: 0, to: 1, instance: 0, fair: false }];
  const { found } = search({ states: 2, instances: 1, pending: [true, false], steps });
  expect(found).toMatchObject([{ property: "ends", stem: [[0]], loop: [] }]);
});

it.each([
  ["states", { ...LIMITS, states: 1 }],
  ["steps", { ...LIMITS, steps: 0 }],
  ["bytes", { ...LIMITS, memory: 1000 }],
])("is undecided about a graph that has too many %s", (_what, limits) => {
  const steps = [{ from: 0, to: 1, instance: 0, fair: true }];
  const graphOfTwo = { states: 2, instances: 1, pending: [true, true], steps };
  const made = new LivenessSearch(program, kernelOf(graphOfTwo), limits);
  while (made.advance());
  expect(made).toMatchObject({ complete: false, tooLarge: true, found: [] });
});

it("asks every instance where not all numberings are reachable", () => {
  // Instance 1 alone can wait for ever: as the second request of an actor that sends in order.
  const asked = (closed: boolean) => {
    const symmetry = {
      ...{ name: "requests", size: 2, owned: [], members: [], naming: [], closed },
      processes: [{ process: "waiter", stride: 1 }],
    };
    const waiters: Program = {
      ...program,
      processes: [{ name: "waiter", instances: 2, nodes: [rest] }],
      symmetries: [symmetry],
    };
    const graph = { states: 1, instances: 2, steps: [], pending: [true] };
    const pending = () => (instance: number) => instance === 1;
    const made = new LivenessSearch(waiters, { ...kernelOf(graph), pending }, LIMITS);
    while (made.advance());
    return made.found.map(({ instance }) => instance);
  };
  expect(asked(false)).toEqual([1]);
  // Where they are, the first one speaks for all.
  expect(asked(true)).toEqual([]);
});
