/**
 * Exploring a program: wherever one goes, the state is the one that its path leads to, and what is
 * said of it is what the checker says.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  initialState,
  isFinal,
  retake,
  successorsOf,
} from "../../../src/check/program/interpret.ts";
import { ProgramExploration } from "../../../src/explorer/session/program-exploration.ts";
import { MOST_VISITS, VisitTree } from "../../../src/explorer/session/visit-tree.ts";
import {
  BROKEN_SKETCH,
  MODEL,
  PROGRAMS,
  SKETCH,
  SMALL_SKETCH,
} from "../support/explored-programs.ts";

/** Somebody who looks around: takes a step, goes back, or goes to any state that was visited. */
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("take"), number: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("back"), number: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("go"), number: fc.nat() }) },
);

describe.each([...PROGRAMS])("exploring %s", (_, program) => {
  it("leads to the state that the steps of its path fold to", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const exploration = new ProgramExploration(program, new Map());
        let at = 0;
        for (const { kind, number } of actions) {
          const view = exploration.view(at);
          if (kind === "back") at = view.parent ?? 0;
          else if (kind === "go") at = number % exploration.tree().length;
          else {
            const open = view.steps.filter(({ dead }) => dead === null);
            const chosen = open[number % Math.max(1, open.length)];
            if (chosen !== undefined) at = exploration.take(at, chosen.index);
          }
        }
        const { steps } = exploration.trace(at);
        const folded = steps.reduce((state, { step }) => {
          const successor = retake(program, state, step);
          if (successor === null) throw new Error(`${step.text} cannot be taken`);
          return successor.state;
        }, initialState(program));
        expect(exploration.state(at)).toEqual(folded);
        expect(steps.length).toBe(exploration.view(at).depth);
        const successors = successorsOf(program, folded);
        expect(exploration.view(at).steps).toHaveLength(successors.length);
        expect(exploration.view(at).notices).toHaveLength(successors.length === 0 ? 1 : 0);
        if (successors.length > 0) return;
        const dead = exploration.view(at).properties.find(({ name }) => name === "no-deadlock");
        expect(dead?.status === "violated").toBe(!isFinal(program, folded));
      }),
      { numRuns: 60 },
    );
  });
});

describe("the tree of states", () => {
  it("has a state once, however often its path is taken", () => {
    const exploration = new ProgramExploration(SKETCH.program, new Map());
    const [first, second] = [exploration.take(0, 0), exploration.take(0, 1)];
    expect(second).not.toBe(first);
    const below = exploration.take(first, 2);
    expect(exploration.take(0, 0)).toBe(first);
    expect(exploration.take(first, 2)).toBe(below);
    expect(exploration.tree().map(({ parent }) => parent)).toEqual([null, 0, 0, first]);
    expect(exploration.view(0).steps[0]?.visited).toBe(first);
    expect(exploration.view(0).steps[2]?.visited).toBe(null);
  });

  it("says of a state or a step that is not there what there is", () => {
    const exploration = new ProgramExploration(SKETCH.program, new Map());
    expect(() => exploration.view(7)).toThrow(/no state 7; 1 were visited/);
    expect(() => exploration.take(0, 999)).toThrow(/state 0 has no step 999/);
  });

  it("ends before it fills the memory", () => {
    const tree = new VisitTree<number, number>(0);
    for (let id = 1; id < MOST_VISITS; id++) tree.add(0, String(id), id, id);
    expect(() => tree.add(0, "one more", 0, 0)).toThrow(/were visited already/);
    expect(tree.add(0, "5", 5, 5)).toBe(5);
  });
});

describe("a property that breaks on the way", () => {
  const { program, statements } = BROKEN_SKETCH;

  it("is said to be broken by the step that breaks it, and from there on", () => {
    const exploration = new ProgramExploration(program, statements);
    const view = "view-equals-point-in-time";
    const broken = findBroken(exploration, 0, 8, view);
    const after = exploration.view(broken);
    const said = after.properties.find(({ name }) => name === view);
    expect(said?.status).toBe("violated");
    expect(said?.why).toMatch(new RegExp(`^it is broken by step ${after.depth} \\(reader`));
    expect(said?.statement).not.toBe("");
    const later = exploration.view(exploration.take(broken, 0));
    expect(later.properties.find(({ name }) => name === view)).toEqual({
      ...said,
      here: expect.toBeOneOf([null, "holds", "violated"]),
    });
    const before = exploration.view(after.parent ?? 0);
    expect(before.steps.some(({ breaks }) => breaks.includes(view))).toBe(true);
    expect(before.properties.find(({ name }) => name === view)?.status).not.toBe("violated");
  });
});

describe("what a property says here", () => {
  it("names values with each of which it would hold", () => {
    const { program, statements } = BROKEN_SKETCH;
    const view = "view-equals-point-in-time";
    const exploration = new ProgramExploration(program, statements);
    const broken = findBroken(exploration, 0, 8, view);
    const { properties, parent } = exploration.view(broken);
    const said = properties.find(({ name }) => name === view);
    expect(said?.here).toBe("violated");
    expect(said?.causes).toContainEqual({ what: "disk[0]", value: "1", instead: ["0"] });
    const before = exploration.state(parent ?? 0);
    const step = exploration.trace(broken).steps.at(-1)?.step;
    if (step === undefined) throw new Error("no step");
    for (const disk of [0, 1]) {
      const fields = { ...before.fields, disk: (before.fields.disk ?? []).with(0, disk) };
      const taken = retake(program, { ...before, fields }, step);
      expect(taken?.judgements).toEqual([{ property: view, violated: disk === 1 }]);
    }
  });

  it("is nothing where nothing is about it, and where it is true first", () => {
    const exploration = new ProgramExploration(MODEL.program, MODEL.statements);
    const read = (id: number) =>
      exploration.view(id).properties.find(({ name }) => name === "view-is-read");
    expect(read(0)).toMatchObject({ promise: "sometimes", status: "not judged", here: null });
    const start = exploration.take(0, 0);
    const begun = stepBy(exploration, start, "reader");
    const done = stepBy(exploration, begun, "reader");
    expect(read(done)).toMatchObject({ status: "holds", here: "holds" });
    expect(read(done)?.why).toMatch(/^at step 3 \(reader/);
    expect(read(stepBy(exploration, done, "guest"))).toMatchObject({ here: null });
  });
});

describe("a trail", () => {
  it("is followed by what its steps do, in another program as far as that can do it", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (turns) => {
        const exploration = new ProgramExploration(SKETCH.program, new Map());
        let at = 0;
        for (const turn of turns) {
          const { steps } = exploration.view(at);
          at = exploration.take(at, turn % steps.length);
        }
        const trail = trailOf(exploration, at);
        expect(exploration.follow(trail)).toEqual({ state: at, taken: turns.length });
        const anew = new ProgramExploration(SKETCH.program, new Map());
        const { state } = anew.follow(trail);
        expect(anew.state(state)).toEqual(exploration.state(at));
        const smaller = new ProgramExploration(SMALL_SKETCH.program, new Map());
        const { steps } = exploration.trace(at);
        const other = steps.findIndex(({ step }) => step.choices.address === 1);
        const followed = smaller.follow(trail);
        expect(followed.taken).toBe(other < 0 ? steps.length : other);
        expect(smaller.view(followed.state).depth).toBe(followed.taken);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a branch", () => {
  it("has a name until it is deleted, with all that was reached from it", () => {
    const exploration = new ProgramExploration(SKETCH.program, new Map());
    const first = exploration.take(0, 0);
    const below = exploration.take(first, 0);
    const second = exploration.take(0, 1);
    exploration.rename(below, "a race");
    expect(exploration.view(below).name).toBe("a race");
    expect(exploration.remove(first)).toBe(0);
    expect(exploration.tree().map(({ id }) => id)).toEqual([0, second]);
    expect(exploration.view(0).steps[0]?.visited).toBe(null);
    expect(() => exploration.view(below)).toThrow(/no state 2; it was deleted/);
    expect(exploration.take(0, 0)).toBeGreaterThan(second);
    expect(() => exploration.remove(0)).toThrow(/the beginning cannot be deleted/);
  });
});

/** The codes of the steps to a state. */
function trailOf(exploration: ProgramExploration, to: number): string[] {
  const tree = new Map(exploration.tree().map((each) => [each.id, each]));
  const codes: string[] = [];
  for (let at = tree.get(to); at !== undefined && at.parent !== null; at = tree.get(at.parent)) {
    codes.unshift(at.code);
  }
  return codes;
}

function stepBy(exploration: ProgramExploration, from: number, who: string): number {
  const step = exploration.view(from).steps.find((each) => each.who === who);
  if (step === undefined) throw new Error(`${who} can take no step`);
  return exploration.take(from, step.index);
}

/** Breadth first, to the first state in which a property is violated. */
function findBroken(
  exploration: ProgramExploration,
  from: number,
  most: number,
  property: string,
): number {
  const seen = new Set([JSON.stringify(exploration.state(from))]);
  let level = [from];
  for (let depth = 0; depth < most; depth++) {
    const next: number[] = [];
    for (const id of level) {
      for (const { index, breaks } of exploration.view(id).steps) {
        const to = exploration.take(id, index);
        if (breaks.includes(property)) return to;
        const key = JSON.stringify(exploration.state(to));
        if (!seen.has(key)) next.push(to);
        seen.add(key);
      }
    }
    level = next;
  }
  throw new Error(`${property} breaks nowhere within ${most} steps`);
}
