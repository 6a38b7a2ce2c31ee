/**
 * Logs of models to show, and what a player makes of a trace: the fold of its steps.
 */
import { PROPERTIES } from "../../../properties/index.ts";
import { MemoryLog } from "../../../src/log/memory-log.ts";
import type { LogRecord } from "../../../src/log/record.ts";
import type { PlayerTrace, PropertyStatus } from "../../../src/report/site/player-trace.ts";
import { simulateModel } from "../../../src/simulate/simulate-model.ts";
import type { Model } from "../../../src/system/model.ts";
import { seededSchedule } from "../../../src/system/schedule.ts";

/** The records of one simulation. */
export function simulated(model: Model, seed: number): readonly LogRecord[] {
  return simulation(model, seed).records;
}

/** The records of the first simulation that breaks a property, up to where it breaks. */
export function violated(model: Model, seeds = 100): readonly LogRecord[] {
  for (let seed = 0; seed < seeds; seed++) {
    const { records, violations } = simulation(model, seed);
    const [first] = violations;
    if (first !== undefined) return records.slice(0, first.seq + 1);
  }
  throw new Error(`no simulation of ${model.name} breaks a property`);
}

function simulation(model: Model, seed: number) {
  const sink = new MemoryLog();
  const properties = model.properties.flatMap((name) => PROPERTIES.get(name) ?? []);
  const schedule = seededSchedule(seed);
  const { session } = simulateModel(model, { properties, mutant: null, schedule, sink });
  return { records: sink.records, violations: session.monitor.violations };
}

/** What a player shows after a number of steps. */
export function foldTrace(trace: PlayerTrace, steps: number) {
  const facts = new Map(trace.facts.map(({ what, value }) => [what, value]));
  const cells = new Map(trace.maps.map(({ id, cells }) => [id, [...cells]]));
  const judged: PropertyStatus[] = trace.properties.map(({ status }) => status);
  for (const step of trace.steps.slice(0, steps)) {
    for (const { what, before, after } of step.changes) {
      if ((facts.get(what) ?? null) !== before) throw new Error(`${what} was not ${before}`);
      if (after === null) facts.delete(what);
      else facts.set(what, after);
    }
    for (const { map, cell, state } of step.cells) {
      const squares = cells.get(map);
      if (squares?.[cell] === undefined) throw new Error(`map ${map} has no square ${cell}`);
      squares[cell] = state;
    }
    for (const { property, status } of step.judged) judged[property] = status;
  }
  const named = trace.maps.map(({ id, states }) => {
    const squares = cells.get(id) ?? [];
    return [id, squares.map((state) => states[state]?.name ?? "?")] as const;
  });
  return { facts, squares: new Map(named), judged };
}
