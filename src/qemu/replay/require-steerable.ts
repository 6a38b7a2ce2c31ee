/**
 * What a QEMU can be made to do: commands and requests. When within a request something fails, who
 * waits how long, and at which moment the power goes, is not ours to say there.
 */
import { BlockgraphError } from "../../error.ts";
import type { LogBody, LogRecord } from "../../log/record.ts";
import type { QemuVersion } from "../../vocabulary.ts";

/** The profiles that are some QEMU's, and its version. */
const VERSIONS: ReadonlyMap<string, QemuVersion> = new Map([
  ["qemu-7.2", "7.2"],
  ["qemu-10.0", "10.0"],
]);
/** Bytes: what block-copy uses in every QEMU (block/block-copy.c). */
const CLUSTER = 65536;

/**
 * The version of QEMU whose rules a log follows.
 * @throws BlockgraphError `log-not-for-qemu` if there is none
 */
export function versionOfRules(start: LogBody & { kind: "start" }): QemuVersion {
  const { profile, mutant, "cluster-size": clusterSize } = start;
  const version = VERSIONS.get(profile);
  if (version === undefined) {
    throw refused(
      `the log follows profile '${profile}', which no QEMU does`,
      "replay it with --on sim or --on files",
    );
  }
  if (mutant !== null) {
    throw refused(
      `the log was made with mutant '${mutant}', which no QEMU has`,
      "replay it with --on sim or --on files",
    );
  }
  if (clusterSize === CLUSTER) return version;
  throw refused(
    `the log's clusters have ${clusterSize} bytes, and those of QEMU ${CLUSTER}`,
    "make the log with those",
  );
}

/** @throws BlockgraphError `log-not-for-qemu` for a fault, a time-out or a crash */
export function requireSteerable(record: LogRecord): void {
  const what = unsteerable(record);
  if (what === null) return;
  throw refused(
    `record ${record.seq} is ${what}, which QEMU cannot be told to have there`,
    "replay the log with --on sim, or what is before it with --at",
  );
}

function unsteerable(record: LogRecord): string | null {
  if (record.kind === "fault") return `a fault (${record.errno})`;
  if (record.kind === "crash") return "a crash";
  return record.kind === "step" && record.event === "TIMEOUT" ? "a time-out" : null;
}

function refused(problem: string, remedy: string): BlockgraphError {
  return new BlockgraphError("log-not-for-qemu", `${problem}; ${remedy}`);
}
