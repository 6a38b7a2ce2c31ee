/**
 * The machines that there are to replay logs on, and the daemons to send commands to: those that
 * are installed, and those that .ci/fetch-qemu has unpacked, if it has.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { QEMU_VERSIONS, type QemuVersion } from "../../src/vocabulary.ts";
import { isInstalled } from "../tools/needs-tool.ts";
import { runTool } from "./qemu-tools.ts";

export interface MachineBinary {
  readonly version: QemuVersion;
  readonly binary: string;
}

const FETCHED = new URL("../../.cache/qemu-10.0/usr/bin/", import.meta.url);

/** The machines of versions whose rules there are. */
export const machines = (): MachineBinary[] => versionsOf("qemu-system-x86_64");

/** The same of daemons. */
export const daemons = (): MachineBinary[] => versionsOf("qemu-storage-daemon");

function versionsOf(program: string): MachineBinary[] {
  const fetched = fileURLToPath(new URL(program, FETCHED));
  const binaries = [
    ...(isInstalled(program, process.env.PATH ?? "") ? [program] : []),
    ...(existsSync(fetched) ? [fetched] : []),
  ];
  return binaries.flatMap((binary) => {
    const text = runTool(binary, "--version");
    const version = QEMU_VERSIONS.find((known) => text.includes(`version ${known}.`));
    return version === undefined ? [] : [{ version, binary }];
  });
}
