/**
 * Which QEMU a binary is.
 */
import { execFileSync } from "node:child_process";
import { BlockgraphError } from "../error.ts";
import type { QemuVersion } from "../vocabulary.ts";

/** Binaries as Debian calls them, and the package of each. */
const PACKAGES = {
  "qemu-storage-daemon": "qemu-system-common",
  "qemu-system-x86_64": "qemu-system-x86",
} as const;

/**
 * The version of a binary, such as `7.2.22`.
 * @param usual what the binary is usually called
 * @throws BlockgraphError `bad-argument` if it is not a version of the rules that were asked for
 */
export function requireVersion(
  binary: string,
  usual: keyof typeof PACKAGES,
  wanted: QemuVersion,
): string {
  let text = "";
  try {
    text = execFileSync(binary, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    throw new BlockgraphError(
      "bad-argument",
      `${binary} cannot be run; install Debian's ${PACKAGES[usual]}, or give --binary PATH`,
    );
  }
  const [, version = "?"] = /version (\d+\.\d+\S*)/.exec(text) ?? [];
  if (version.startsWith(`${wanted}.`)) return version;
  throw new BlockgraphError(
    "bad-argument",
    `${binary} is ${version}, but the rules are those of ${wanted}; ` +
      "give the --qemu that it is, or --binary PATH of another",
  );
}
