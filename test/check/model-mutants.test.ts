/**
 * Every mutant of every model, and every model that does not hold, is caught by the property that
 * the model names, however it is searched: all of it, up to the symmetries that it has, and without
 * the steps that make no difference. What a search up to symmetry shows happens in the simulator.
 *
 * Of models that hold the same is said in model-counts.test.ts, by exact numbers.
 */
import { expect, test } from "vitest";
import { MODELS } from "../../models/index.ts";
import { INVARIANTS, REACHABLE } from "../../properties/index.ts";
import { compileProgram } from "../../src/check/compile/compile.ts";
import { directionOf } from "../../src/check/lower/model/directions.ts";
import { type LoweredModel, lowerModel } from "../../src/check/lower/model/lower-model.ts";
import { boundsOf } from "../../src/check/lower/model/plan.ts";
import { NO_DEADLOCK, onlyProperties } from "../../src/check/only-properties.ts";
import type { Program } from "../../src/check/program/program.ts";
import { type Reduction, reductionOf } from "../../src/check/reduce/reduction.ts";
import type { CheckResult, Finding } from "../../src/check/result.ts";
import { startSearch } from "../../src/check/search/search.ts";
import { propertiesOf } from "../../src/cli/find.ts";
import { allNamed } from "../../src/cli/named.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { DirectedSimulation } from "../../src/simulate/follow.ts";
import type { Model, Mutant } from "../../src/system/model.ts";
import { isUnreducible } from "../support/administered.ts";
import { EXACT_COUNTS } from "./exact-counts.ts";
import { wholeCheck } from "./support/whole-check.ts";

/** bytes for states, index and buffers of a search */
const MEMORY = 2 ** 27;

const checked = (program: Program, symmetry: boolean) =>
  wholeCheck(program, { symmetry, memory: MEMORY });

/** What was found, and by paths of which length. */
function found({ findings }: CheckResult) {
  return findings.map(({ property, kind, trace }) => [property, kind, trace.steps.length]);
}

/** Properties that a result speaks against: broken, or never met where everything was seen. */
function brokenIn({ properties }: CheckResult): string[] {
  return properties.filter(({ outcome }) => outcome === "violated").map(({ name }) => name);
}

/** What a search is to find first, and, if it sees everything, which properties apply. */
function seen({ findings, properties, complete }: CheckResult) {
  const first = findings.filter(({ kind }) => kind !== "liveness");
  const judged = properties.filter(
    ({ name, promise }) => name !== NO_DEADLOCK && promise !== "eventually",
  );
  return {
    first: first.map(({ kind, property }) => ({ kind, property })),
    applies: complete ? judged.map((each) => each.judged > 0) : [],
  };
}

/** The same of a reduced search. */
async function seenReduced(program: Program, reduction: Reduction) {
  const { kernel } = compileProgram(program, { symmetry: false, coverage: false, reduction });
  const search = startSearch(kernel, { threads: 1, memory: MEMORY });
  while (await search.advance());
  const result = search.result();
  await search.close();
  const first = result.found.map(({ kind, property }) => ({
    kind,
    property: kind === "deadlock" ? NO_DEADLOCK : kernel.properties[property],
  }));
  return { first, applies: result.complete ? result.judged.map((times) => times > 0) : [] };
}

function lowered(model: Model, mutant: Mutant | null): LoweredModel {
  const names = `model '${model.name}' names`;
  return lowerModel(model, {
    properties: [...propertiesOf(model), ...allNamed(names, model.reachable ?? [], REACHABLE)],
    invariants: allNamed(names, model.invariants ?? [], INVARIANTS),
    mutant,
    bounds: boundsOf(model),
  });
}

/** Goes the way of a trace in the simulator. @returns the properties that are violated there */
function shownBy(model: Model, mutant: Mutant | null, whole: LoweredModel, { trace }: Finding) {
  const properties = propertiesOf(model);
  const directed = new DirectedSimulation(model, { properties, mutant, sink: new MemoryLog() });
  let before = trace.initial;
  for (const { step, state } of trace.steps) {
    directed.take(directionOf(whole, step, before));
    before = state;
  }
  return directed.simulation.session.monitor.violations.map(({ property }) => property);
}

const cases = [...MODELS.values()].flatMap((model) => {
  const [broken] = EXACT_COUNTS[model.name]?.violated ?? [];
  const mutants = model.mutants.map(
    (mutant) => [model.name, mutant.name, mutant.caughtBy, model, mutant] as const,
  );
  return broken === undefined
    ? mutants
    : [[model.name, "", broken, model, null] as const, ...mutants];
});

test.each(cases)("%s %s is caught by %s", async (_, __, caughtBy, model, mutant) => {
  const whole = lowered(model, mutant);
  // Of several properties that break after as many steps, either search may meet any one first.
  const program = onlyProperties(whole.program, new Set([caughtBy]));
  const plain = await checked(program, false);
  expect(brokenIn(plain)).toEqual([caughtBy]);

  if (program.symmetries.length > 0) {
    const symmetric = await checked(program, true);
    expect(brokenIn(symmetric)).toEqual([caughtBy]);
    expect(found(symmetric)).toEqual(found(plain));
    const watched = propertiesOf(model).some(({ name }) => name === caughtBy);
    for (const finding of watched ? symmetric.findings : []) {
      expect(shownBy(model, mutant, whole, finding)).toContain(caughtBy);
    }
  }

  const reduction = reductionOf(program);
  expect(typeof reduction === "string").toBe(isUnreducible(model));
  if (typeof reduction === "string") return;
  expect(await seenReduced(program, reduction)).toEqual(seen(plain));
});
