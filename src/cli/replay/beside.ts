/**
 * The simulator beside a QEMU that replays a log: what the properties say is wrong, and whether
 * QEMU shows it.
 */
import type { LogRecord } from "../../log/record.ts";
import type { Answered } from "../../qemu/replay/replay-on-qemu.ts";
import type { WrongInQemu } from "../../report/qemu-replay.ts";
import { replayInSimulation } from "../../simulate/replay.ts";
import type { Observation, Property, Violation } from "../../system/property.ts";
import { propertiesOf } from "../find.ts";
import { type GivenImages, readGiven } from "../log-images.ts";
import type { OpenedLog } from "../open-log.ts";
import { differenceIn } from "./difference.ts";

export interface Beside {
  readonly violations: readonly Violation[];
  /** what broke the property, for each violation */
  readonly observations: readonly Observation[];
  /** how the simulator differs from the log; null: it does not */
  readonly difference: string | null;
}

/** Replays records in the simulator, as far as it goes. */
export function simulateBeside(
  { start, model }: OpenedLog,
  records: readonly LogRecord[],
  given: GivenImages,
): Beside {
  const observations: Observation[] = [];
  const properties = propertiesOf(model).map((property) => telling(property, observations));
  const images = readGiven(start.images, given);
  const options = { properties, mutants: model?.mutants ?? [], images };
  try {
    const { simulation } = replayInSimulation(start, records, options);
    const { violations } = simulation.session.monitor;
    return { violations, observations, difference: null };
  } catch (error) {
    const difference = `in the simulator beside, ${differenceIn(error)}`;
    return { violations: [], observations: [], difference };
  }
}

/** The same property, which also tells what breaks it. */
function telling(property: Property, observations: Observation[]): Property {
  return {
    ...property,
    violated: (observation) => {
      const broken = property.violated(observation);
      if (broken) observations.push(observation);
      return broken;
    },
  };
}

/** The requests that violations are about. */
export function requestsOf({ violations }: Beside, records: readonly LogRecord[]): Set<number> {
  const ends = violations.map(({ seq }) => records[seq]);
  return new Set(ends.flatMap((end) => (end?.kind === "done" ? [end.request] : [])));
}

/** What of that a request of QEMU could show, and whether it did. */
export function wrongInQemu(
  { violations, observations }: Beside,
  records: readonly LogRecord[],
  results: ReadonlyMap<number, Answered>,
): WrongInQemu[] {
  return violations.flatMap(({ property, seq }, index): WrongInQemu[] => {
    const done = records[seq];
    const difference = observations[index]?.difference ?? null;
    if (done?.kind !== "done") return [];
    const { request } = done;
    const result = results.get(request);
    const wrong = { property, seq, request, error: result?.error ?? null };
    if (difference === null || done.digest === undefined) {
      const none = { at: null, expected: null, logged: null, seen: null };
      return [{ ...wrong, ...none, same: result?.agrees === true }];
    }
    const { at, expected, got: logged } = difference;
    const seen = result?.data[at - offsetOf(request, records)] ?? null;
    return [{ ...wrong, at, expected, logged, seen, same: seen === logged }];
  });
}

/** Where a request begins. */
function offsetOf(request: number, records: readonly LogRecord[]): number {
  const io = records.find((record) => record.kind === "io" && record.request === request);
  return io?.kind === "io" ? io.offset : 0;
}
