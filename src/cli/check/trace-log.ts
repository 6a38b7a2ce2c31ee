/**
 * A trace of a model as a log: the simulator is told to go the same way, and writes what it did.
 *
 * What the checker found on values shows here on bytes, or the checker is wrong: then this says so
 * instead of handing out a log that shows nothing.
 */
import { directionOf } from "../../check/lower/model/directions.ts";
import type { LoweredModel } from "../../check/lower/model/lower-model.ts";
import type { Finding } from "../../check/result.ts";
import { MemoryLog } from "../../log/memory-log.ts";
import { LogWriter } from "../../log/writer.ts";
import { DirectedSimulation } from "../../simulate/follow.ts";
import type { Mutant } from "../../system/model.ts";
import type { Property } from "../../system/property.ts";
import { bodyOf } from "../open-log.ts";

/** What made the program that the trace is of. */
export interface TraceOrigin {
  readonly lowered: LoweredModel;
  readonly properties: readonly Property[];
  readonly mutant: Mutant | null;
}

/**
 * Writes the log of a finding's trace.
 * @throws Error if the simulator disagrees: a defect of ours
 */
export function writeTraceLog(path: string, origin: TraceOrigin, finding: Finding): void {
  const { lowered, properties, mutant } = origin;
  const sink = new MemoryLog();
  const { model } = lowered.plan;
  const directed = new DirectedSimulation(model, { properties, mutant, sink });
  const { trace, property, kind, message } = finding;
  let before = trace.initial;
  for (const { step, state } of trace.steps) {
    directed.take(directionOf(lowered, step, before));
    before = state;
  }
  const { monitor } = directed.simulation.session;
  const watched = properties.some(({ name }) => name === property);
  if (kind === "property" && watched) {
    const shown = monitor.violations.some((violation) => violation.property === property);
    if (!shown) throw new Error(`the simulator does not confirm that ${property} is violated`);
  }
  directed.simulation.session.note(`${property}: ${message}`);
  const writer = LogWriter.create(path, { fsync: "close", overwrite: true });
  for (const record of sink.records) writer.append(bodyOf(record));
  writer.close();
}
