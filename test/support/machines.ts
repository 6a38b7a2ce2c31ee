/**
 * The machines that there are to replay logs on: the one that is installed, and the one that
 * .ci/fetch-qemu has unpacked, if it has.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { QEMU_VERSIONS, type QemuVersion } from "../../src/qemu/version.ts";
import { isInstalled } from "../tools/needs-tool.ts";
import { runTool } from "./qemu-tools.ts";

export interface MachineBinary {
  readonly version: QemuVersion;
  readonly binary: string;
}

const MACHINE = "qemu-system-x86_64";
const FETCHED = fileURLToPath(
  new URL(`../../.cache/qemu-10.0/usr/bin/${MACHINE}`, import.meta.url),
);

/** The machines of versions whose rules there are. */
export function machines(): MachineBinary[] {
  const binaries = [
    ...(isInstalled(MACHINE, process.env.PATH ?? "") ? [MACHINE] : []),
    ...(existsSync(FETCHED) ? [FETCHED] : []),
  ];
  return binaries.flatMap((binary) => {
    const text = runTool(binary, "--version");
    const version = QEMU_VERSIONS.find((known) => text.includes(`version ${known}.`));
    return version === undefined ? [] : [{ version, binary }];
  });
}
