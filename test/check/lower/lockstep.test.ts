/**
 * A lowered model is the model: the program and the simulator, which share nothing but the charts,
 * go the same way step by step. In every state the same agents can go on, the charts of every
 * cluster and node agree, every image holds what the program's values say, and the properties are
 * judged alike.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { MODELS } from "../../../models/index.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { nodesOutliveRequests } from "../../../properties/nodes-outlive-requests.ts";
import { clusterField, nodeField } from "../../../src/check/lower/model/clusters.ts";
import { directionOf, turnFill } from "../../../src/check/lower/model/directions.ts";
import { imageOf } from "../../../src/check/lower/model/image-fields.ts";
import { type LoweredModel, lowerModel } from "../../../src/check/lower/model/lower-model.ts";
import { PHASES } from "../../../src/check/lower/model/stages.ts";
import { initialState, isFinal, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Judgement, ProgramState, Successor } from "../../../src/check/program/state.ts";
import { validateProgram } from "../../../src/check/program/validate.ts";
import { expandFill } from "../../../src/log/fill.ts";
import { MemoryLog } from "../../../src/log/memory-log.ts";
import { DirectedSimulation } from "../../../src/simulate/follow.ts";
import { enabledChoices } from "../../../src/system/choice.ts";
import type { Model, Mutant } from "../../../src/system/model.ts";
import { modelContent } from "../../../src/system/model-image.ts";
import { explored } from "../../support/exploration.ts";
import { cacheDesign } from "./cache-design.ts";
import { checkableDesign } from "./checkable-design.ts";
import { layeredDesign } from "./layered-design.ts";

const properties = [...PROPERTIES.values()];

/** Both sides of a comparison, as they are before the first step. */
interface Subject {
  readonly model: Model;
  readonly mutant: Mutant | null;
  readonly lowered: LoweredModel;
  /** images as the model begins, by file name */
  readonly originals: ReadonlyMap<string, Uint8Array>;
}

function subjectOf(model: Model, mutant: Mutant | null): Subject {
  const bounds = { requests: 3, alignment: 1, longest: 1 << 20, values: 2 };
  const lowered = lowerModel(model, { properties, invariants: [], mutant, bounds });
  validateProgram(lowered.program);
  const originals = new Map(model.images.map((image) => [image.filename, modelContent(image)]));
  return { model, mutant, lowered, originals };
}

/** Goes a random way through a model on both sides. @returns steps gone */
function walk({ model, mutant, lowered, originals }: Subject, picks: readonly number[]): number {
  const sink = new MemoryLog();
  const directed = new DirectedSimulation(model, { properties, mutant, sink });
  let state = initialState(lowered.program);
  let steps = 0;
  for (const pick of picks) {
    const successors = successorsOf(lowered.program, state);
    compareChoices(lowered, directed, successors, state);
    const chosen = successors[pick % Math.max(1, successors.length)];
    if (chosen === undefined) break;
    expect(chosen.failure).toBeNull();
    if (chosen.judgements.some(isUseOfClosedNode)) break;
    const before = countJudgements(directed);
    directed.take(directionOf(lowered, chosen.step, state));
    const after = countJudgements(directed);
    const own = properties.map(({ name }) => {
      const judged = chosen.judgements.filter(({ property }) => property === name);
      return [name, judged.length, judged.filter((each) => each.violated).length];
    });
    const theirs = properties.map(({ name }) => {
      const judged = (after.judged.get(name) ?? 0) - (before.judged.get(name) ?? 0);
      return [name, judged, (after.violated.get(name) ?? 0) - (before.violated.get(name) ?? 0)];
    });
    expect(own).toEqual(theirs);
    state = chosen.state;
    compareStates(lowered, directed, state, originals);
    steps++;
  }
  return steps;
}

/** What a request does in a node that is gone is nobody's business. */
function isUseOfClosedNode({ property, violated }: Judgement): boolean {
  return property === nodesOutliveRequests.name && violated;
}

function countJudgements({ simulation }: DirectedSimulation) {
  const { monitor } = simulation.session;
  const violated = new Map<string, number>();
  for (const { property } of monitor.violations) {
    violated.set(property, (violated.get(property) ?? 0) + 1);
  }
  return { judged: new Map(monitor.judged), violated };
}

/** The same agents can take the same kinds of steps. */
function compareChoices(
  lowered: LoweredModel,
  { simulation, director }: DirectedSimulation,
  successors: readonly Successor[],
  state: ProgramState,
): void {
  const offered = new Set<string>();
  for (const { step } of successors) {
    if (step.process === PHASES && step.alternative === "QUIET") offered.add("drained");
    if (step.process === PHASES) continue;
    const direction = directionOf(lowered, step, state);
    if (direction.kind !== "step") continue;
    const { id } = director.find(direction.agent);
    const kind = { DONE: "deliver", WAKE: "wake", TIMEOUT: "timeout" }[direction.event];
    offered.add(`${id} ${kind}`);
  }
  const { execution, quiet } = simulation.session;
  const enabled = enabledChoices(execution).map(({ agent, kind }) => `${agent.id} ${kind}`);
  if (quiet) enabled.push("drained");
  expect([...offered].sort()).toEqual(enabled.sort());
  if (successors.length === 0) {
    expect(isFinal(lowered.program, state)).toBe(execution.agents.size === 0);
  }
}

/** Charts and images are in the state that the program says. */
function compareStates(
  { program, plan }: LoweredModel,
  { simulation }: DirectedSimulation,
  state: ProgramState,
  originals: ReadonlyMap<string, Uint8Array>,
): void {
  const valuesOf = (name: string) =>
    state.fields[name]?.map(
      (value) => program.fields.find((field) => field.name === name)?.values?.[value],
    );
  for (const [name, node] of simulation.session.execution.nodes) {
    const { cluster, node: chart } = node.description;
    const lowered = valuesOf(clusterField(name));
    if (cluster !== null && lowered !== undefined) {
      const kept = lowered.map((_, index) => {
        const byte = plan.geometry.byte(index * plan.geometry.clusterCells);
        const number = Math.floor(byte / node.description.clusterSize);
        return cluster.states[node.clusters[number] ?? 0]?.name;
      });
      expect(kept).toEqual(lowered);
    }
    if (chart !== null) expect([chart.states[node.state]?.name]).toEqual(valuesOf(nodeField(name)));
  }
  for (const image of plan.model.images) {
    const original = originals.get(image.filename) ?? new Uint8Array();
    const { content } = simulation.image(image.filename);
    const initial = plan.images.get(image.filename) ?? [];
    const wrong: string[] = [];
    state.fields[imageOf(image.filename)]?.forEach((value, cell) => {
      const byte = plan.geometry.byte(cell);
      const { unit } = plan.geometry;
      const got = Buffer.from(content.subarray(byte, byte + unit));
      const kept = value !== 0 && value === initial[cell];
      if (kept || value === 0 || value >= plan.turnValue) {
        const expected = kept
          ? original.subarray(byte, byte + unit)
          : value === 0
            ? new Uint8Array(unit)
            : expandFill(turnFill(plan, value), unit);
        if (!got.equals(expected)) wrong.push(`cell ${cell}: ${value}`);
      }
    });
    expect(wrong, image.filename).toEqual([]);
  }
}

const picks = fc.array(fc.nat(1 << 20), { minLength: 40, maxLength: 160 });

/** Ways on which the two once parted; every one goes on with the first choice. */
const PARTED: readonly (readonly [string, string | null, readonly number[]])[] = [
  // A write that ended before a point in time counted as one after it.
  ["multi-disk-apart", null, [0, 388_324, 0, 699_546, 760_304, 0, 8]],
  // What changed on a disk before its guest's first request was taken for what was always there.
  ["cor-overlay", "missing-is-taken-for-zeros", [0, 1_048_558, 983_039, 170_579]],
];
const WAY_LENGTH = 41;

/** Of a mutant only one chart is another one than of its model. */
const MUTANT_RUNS = 2;

it.each([
  ["designs", checkableDesign],
  ["caches", cacheDesign],
  ["layers", layeredDesign],
])("goes the same way as the simulator, for random %s", (_, design) => {
  fc.assert(
    fc.property(design, picks, (model, given) => {
      expect(walk(subjectOf(model, null), given)).toBeGreaterThan(0);
    }),
    explored(150),
  );
});

it.each(PARTED)("goes the same way where the two once parted: %s %s", (name, change, way) => {
  const model = MODELS.get(name);
  const mutant = model?.mutants.find((each) => each.name === change) ?? null;
  if (model === undefined || mutant?.name !== (change ?? undefined)) {
    throw new Error(`there is no ${name} ${change}`);
  }
  const rest = new Array<number>(WAY_LENGTH - way.length).fill(0);
  expect(walk(subjectOf(model, mutant), [...way, ...rest])).toBeGreaterThan(0);
});

for (const model of MODELS.values()) {
  for (const mutant of [null, ...model.mutants]) {
    it(`goes the same way as the simulator: ${model.name} ${mutant?.name ?? ""}`, () => {
      const subject = subjectOf(model, mutant);
      fc.assert(
        fc.property(picks, (given) => {
          expect(walk(subject, given)).toBeGreaterThan(0);
        }),
        explored(mutant === null ? 6 : MUTANT_RUNS),
      );
    });
  }
}
