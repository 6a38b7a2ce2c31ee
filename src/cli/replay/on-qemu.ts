/**
 * `blockgraph replay LOG --on qemu`: a log on a real QEMU, with the simulator beside it, which says
 * what the properties are about. QEMU has to show the log's wrong bytes, or the rules are wrong.
 */
import { resolve } from "node:path";
import { DRIVERS } from "../../drivers/registry.ts";
import { BlockgraphError } from "../../error.ts";
import type { LogRecord } from "../../log/record.ts";
import { QemuDaemon } from "../../qemu/daemon.ts";
import { qcow2Images } from "../../qemu/replay/image-formats.ts";
import { Machine } from "../../qemu/replay/machine.ts";
import { makeQcow2 } from "../../qemu/replay/make-images.ts";
import { planReplay, type QemuPlan } from "../../qemu/replay/plan.ts";
import { replayOnQemu } from "../../qemu/replay/replay-on-qemu.ts";
import { versionOfRules } from "../../qemu/replay/require-steerable.ts";
import { wantedResults } from "../../qemu/replay/wanted.ts";
import { requireVersion } from "../../qemu/version.ts";
import type { QemuReplay } from "../../report/qemu-replay.ts";
import { closeImages } from "../../run/image-set.ts";
import { simulateOneByOne } from "../../simulate/one-by-one.ts";
import type { Violation } from "../../system/property.ts";
import { rulesOf } from "../../system/start.ts";
import type { QemuVersion } from "../../vocabulary.ts";
import { withTemporaryFolder } from "../leftovers.ts";
import { type GivenImages, openInFolder, readGiven } from "../log-images.ts";
import type { OpenedLog } from "../open-log.ts";
import { requestsOf, simulateBeside, wrongInQemu } from "./beside.ts";
import { imageDifference } from "./image-difference.ts";

const MACHINE = "qemu-system-x86_64";
/** Seconds of a machine's life for each step; most take some thousandths. */
const STEP_SECONDS = 1;

export interface QemuOptions {
  /** whose version the binary must be; undefined: that of the log's rules */
  readonly version: QemuVersion | undefined;
  readonly binary: string | undefined;
  readonly given: GivenImages;
}

export interface QemuResult {
  readonly difference: string | null;
  /** number of the last record that was compared */
  readonly last: number;
  readonly violations: readonly Violation[];
  readonly qemu: QemuReplay;
}

/**
 * @param records the log, or the beginning of it
 * @throws BlockgraphError `log-not-for-qemu` for a log that no QEMU can follow; `bad-argument` for
 * a missing QEMU, or one of another version
 */
export async function replayLogOnQemu(
  log: OpenedLog,
  records: readonly LogRecord[],
  options: QemuOptions,
): Promise<QemuResult> {
  const { start } = log;
  const { given, binary = MACHINE } = options;
  const version = versionOfRules(start);
  const { profile: rules } = rulesOf(start, []);
  const plan = planReplay(records, { drivers: DRIVERS, profile: rules });
  // A machine works in a folder of its own, from which a relative path would lead elsewhere.
  const path = binary.includes("/") ? resolve(binary) : binary;
  const found = requireVersion(path, MACHINE, options.version ?? version);
  const beside = simulateBeside(log, records, given);
  const alone = simulatedAlone(log, plan, given);
  const wanted = wantedResults(plan, alone?.ended ?? []);
  const keep = requestsOf(beside, records);
  const images = imagesOf(log, plan);
  const outcome = await withTemporaryFolder(async (folder) => {
    closeImages(openInFolder(folder, images.raw, given));
    makeQcow2(folder, images.qcow2);
    const life = plan.steps.length * STEP_SECONDS;
    const result = await QemuDaemon.usingMachine(path, folder, life, async (qemu) =>
      replayOnQemu(plan, wanted, keep, await Machine.prepare(qemu, folder)),
    );
    const over = result.difference === null && result.end === null;
    if (!over || alone === null) return { ...result, images: 0 };
    const difference = imageDifference(folder, images.raw, alone.simulation);
    return { ...result, images: images.raw.length, difference };
  });
  const { difference, last, results, ...rest } = outcome;
  const wrong = wrongInQemu(beside, records.slice(0, last + 1), results);
  return {
    ...{ difference: difference ?? beside.difference, last },
    violations: beside.violations,
    qemu: {
      version: found,
      rules: version,
      ...rest,
      unasked: rest.unasked + plan.unfinished,
      wrong,
      sameWrongBytes: wrong.length === 0 ? null : wrong.every(({ same }) => same),
    },
  };
}

/** null: the log asks for what is not there any more, and that is a difference of its own */
function simulatedAlone({ start }: OpenedLog, { steps }: QemuPlan, given: GivenImages) {
  const inputs = steps.map((step) => (step.kind === "command" ? step.qmp : step.io));
  try {
    return simulateOneByOne(start, inputs, { images: readGiven(start.images, given) });
  } catch (error) {
    if (error instanceof BlockgraphError && error.code === "request-invalid") return null;
    throw error;
  }
}

/** The images of a log, by what they must be. */
function imagesOf({ start }: OpenedLog, { steps }: QemuPlan) {
  const commands = steps.flatMap((step) => (step.kind === "command" ? [step.command] : []));
  const formatted = qcow2Images(commands);
  return {
    raw: start.images.filter(({ filename }) => !formatted.has(filename)),
    qcow2: start.images.filter(({ filename }) => formatted.has(filename)),
  };
}
