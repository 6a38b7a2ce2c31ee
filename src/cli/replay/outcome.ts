/**
 * Replays a log where it was asked for. That it comes out differently is a result; that it cannot
 * begin is an error.
 */
import { BlockgraphError } from "../../error.ts";
import type { LogRecord } from "../../log/record.ts";
import type { QemuReplay } from "../../report/qemu-replay.ts";
import { closeImages } from "../../run/image-set.ts";
import { replayOnImages } from "../../run/replay-on-images.ts";
import { replayInSimulation } from "../../simulate/replay.ts";
import type { Violation } from "../../system/property.ts";
import { propertiesOf } from "../find.ts";
import { openInFolder, readGiven } from "../log-images.ts";
import type { OpenedLog } from "../open-log.ts";
import { differenceIn } from "./difference.ts";
import { replayLogOnQemu } from "./on-qemu.ts";
import type { Options, Where } from "./options.ts";

/** Notes how far a replay came. */
function* followed(records: Iterable<LogRecord>, position: { last: number }): Generator<LogRecord> {
  for (const record of records) {
    position.last = record.seq;
    yield record;
  }
}

export interface Outcome {
  readonly difference: string | null;
  readonly violations: readonly Violation[];
  /** number of the last record that was replayed */
  readonly last: number;
  readonly qemu: QemuReplay | null;
}

export async function outcomeOn(
  on: Where,
  log: OpenedLog,
  records: readonly LogRecord[],
  options: Options,
): Promise<Outcome> {
  if (on === "qemu") {
    const { qemu: version, binary, image: given } = options;
    return replayLogOnQemu(log, records, { version, binary, given });
  }
  const position = { last: -1 };
  const reading = followed(records, position);
  const proceed = await (on === "sim" ? onSimulator : onFiles)(log, reading, options);
  try {
    const violations = await proceed();
    return { difference: null, violations, last: position.last, qemu: null };
  } catch (error) {
    return { difference: differenceIn(error), violations: [], last: position.last, qemu: null };
  }
}

async function onSimulator(log: OpenedLog, records: Iterable<LogRecord>, options: Options) {
  const { start, model } = log;
  const images = readGiven(start.images, options.image);
  const missing = start.images.find(
    ({ filename, extents }) => extents === null && !images.has(filename),
  );
  if (missing !== undefined) {
    throw new BlockgraphError(
      "log-mismatch",
      `image ${missing.filename} was too large to be carried in the log; ` +
        `give it with --image ${missing.filename}=FILE (XXH64 ${missing.digest})`,
    );
  }
  const properties = propertiesOf(model);
  const mutants = model?.mutants ?? [];
  return async () => {
    const { simulation } = replayInSimulation(start, records, { properties, mutants, images });
    return simulation.session.monitor.violations;
  };
}

async function onFiles(log: OpenedLog, records: Iterable<LogRecord>, options: Options) {
  const { start, model } = log;
  const images = openInFolder(options.dir ?? "", start.images, options.image);
  const properties = propertiesOf(model);
  const mutants = model?.mutants ?? [];
  return async () => {
    const session = await replayOnImages(start, records, { images, properties, mutants });
    closeImages(images);
    return session.monitor.violations;
  };
}
