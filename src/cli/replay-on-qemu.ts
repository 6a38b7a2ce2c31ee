/**
 * `blockgraph replay LOG --on qemu`: a log on a real QEMU, with the simulator beside it, which says
 * what the properties are about. QEMU has to show the log's wrong bytes, or the rules are wrong.
 */
import { resolve } from "node:path";
import { DRIVERS } from "../drivers/registry.ts";
import { PROFILES, profile } from "../graph/profile.ts";
import type { LogRecord } from "../log/record.ts";
import { QemuDaemon } from "../qemu/daemon.ts";
import { qcow2Images } from "../qemu/replay/image-formats.ts";
import { Machine } from "../qemu/replay/machine.ts";
import { makeQcow2 } from "../qemu/replay/make-images.ts";
import { planReplay, type QemuPlan } from "../qemu/replay/plan.ts";
import { replayOnQemu } from "../qemu/replay/replay-on-qemu.ts";
import { versionOfRules } from "../qemu/replay/require-steerable.ts";
import { type QemuVersion, requireVersion } from "../qemu/version.ts";
import type { QemuReplay } from "../report/qemu-replay.ts";
import { closeImages } from "../run/image-set.ts";
import type { Violation } from "../system/property.ts";
import { withTemporaryFolder } from "./leftovers.ts";
import { type GivenImages, openInFolder } from "./log-images.ts";
import type { OpenedLog } from "./open-log.ts";
import { simulateBeside, wrongInQemu } from "./replay-beside.ts";

const MACHINE = "qemu-system-x86_64";
/** Seconds of a machine's life for each request: starting a qemu-io takes some hundredths. */
const REQUEST_SECONDS = 1;

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
  readonly digests: number;
  readonly violations: readonly Violation[];
  readonly qemu: QemuReplay;
}

/**
 * @param records the log, or the beginning of it
 * @throws BlockgraphError `log-not-for-qemu` for a log that no QEMU can follow; `bad-argument` for a
 * missing QEMU, or one of another version
 */
export async function replayLogOnQemu(
  log: OpenedLog,
  records: readonly LogRecord[],
  { version, binary = MACHINE, given }: QemuOptions,
): Promise<QemuResult> {
  const { start } = log;
  const rules = versionOfRules(start);
  const name = PROFILES.find((known) => known === start.profile) ?? "qemu-7.2";
  const plan = planReplay(records, { drivers: DRIVERS, profile: profile(name) });
  // A machine works in a folder of its own, from which a relative path would lead elsewhere.
  const path = binary.includes("/") ? resolve(binary) : binary;
  const found = requireVersion(path, MACHINE, version ?? rules);
  const beside = simulateBeside(log, records, given);
  const outcome = await withTemporaryFolder(async (folder) => {
    makeImages(folder, log, plan, given);
    const seconds = plan.steps.length * REQUEST_SECONDS;
    return QemuDaemon.usingMachine(path, folder, seconds, async (qemu) =>
      replayOnQemu(plan, await Machine.prepare(qemu, folder)),
    );
  });
  const wrong = wrongInQemu(beside, records, outcome.results);
  const { difference, last, digests, results: _results, ...rest } = outcome;
  return {
    ...{ difference: difference ?? beside.difference, last, digests },
    violations: beside.violations,
    qemu: {
      version: found,
      ...rest,
      unasked: rest.unasked + plan.unfinished,
      wrong,
      sameWrongBytes: wrong.length === 0 ? null : wrong.every(({ same }) => same),
    },
  };
}

function makeImages(
  folder: string,
  { start }: OpenedLog,
  { steps }: QemuPlan,
  given: GivenImages,
): void {
  const commands = steps.flatMap((step) => (step.kind === "command" ? [step.command] : []));
  const formatted = qcow2Images(commands);
  const [qcow2, raw] = [true, false].map((wanted) =>
    start.images.filter(({ filename }) => formatted.has(filename) === wanted),
  );
  closeImages(openInFolder(folder, raw ?? [], given));
  makeQcow2(folder, qcow2 ?? []);
}
