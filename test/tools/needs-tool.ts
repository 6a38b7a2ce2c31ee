/**
 * Tests against programs that nobody here wrote: qemu-img, nbdinfo and their kin.
 *
 *     const { describe, test } = needsTool("qemu-img");
 *     test("qemu-img finds nothing wrong with our image", () => { ... });
 *
 * Where the tool is installed these are vitest's own `describe` and `test`. Where it is missing, a
 * developer sees a skipped test whose name says what to install. Under `CI=true` the same test
 * fails instead: a conformance suite that silently checks nothing is worse than none.
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as vitest from "vitest";

/** The tools that tests may ask for, with the Debian package that brings each. */
const TOOL_PACKAGES = {
  "qemu-img": "qemu-utils",
  "qemu-io": "qemu-utils",
  "qemu-nbd": "qemu-utils",
  "qemu-storage-daemon": "qemu-system-common",
  "qemu-system-x86_64": "qemu-system-x86",
  nbdinfo: "libnbd-bin",
  nbdcopy: "libnbd-bin",
  nbdsh: "python3-libnbd",
  nbdkit: "nbdkit",
  fio: "fio",
  openssl: "openssl",
  chromium: "chromium",
  "g++": "g++",
  rumur: "rumur",
  spin: "spin",
  gcc: "gcc",
} as const;
export type Tool = keyof typeof TOOL_PACKAGES;

type Body = () => void | Promise<void>;
type Register = (name: string, body: Body) => void;

/** The part of vitest that is used here, so that the tests of this file can stand in for it. */
export interface Registrar {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: Register;
  readonly skip: Register;
}

/** `describe` and `test` as a test file uses them. `timeout` is in milliseconds. */
export interface ToolTests {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: (name: string, body: Body, timeout?: number) => void;
}

/** Tells whether some directory of a PATH holds an executable file of that name. */
export function isInstalled(tool: string, path: string): boolean {
  return path.split(delimiter).some((directory) => {
    const file = join(directory, tool);
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

/** One sentence for a person who has not got these tools. */
export function missingText(missing: readonly Tool[]): string {
  return missing
    .map((tool) => `${tool} is not installed (Debian package ${TOOL_PACKAGES[tool]})`)
    .join(", ");
}

/** What stands in for tests whose tools are missing: a loud skip, or under CI a failure. */
export function standIns(missing: readonly Tool[], ci: boolean, registrar: Registrar): ToolTests {
  const text = missingText(missing);
  const refuse = (): void => {
    throw new Error(`${text}; under CI=true this test must not be skipped`);
  };
  const standIn: Register = ci
    ? (name) => registrar.test(name, refuse)
    : (name) => registrar.skip(`SKIPPED: ${text}: ${name}`, refuse);
  return {
    describe: (name) => registrar.describe(name, () => standIn("all tests of this group", refuse)),
    test: (name) => standIn(name, refuse),
  };
}

/** `describe` and `test` for tests that run the tools named. */
export function needsTool(...tools: readonly Tool[]): ToolTests {
  const path = process.env.PATH ?? "";
  const missing = tools.filter((tool) => !isInstalled(tool, path));
  if (missing.length === 0) return { describe: vitest.describe, test: vitest.test };
  const ci = process.env.CI === "true";
  if (!ci) console.warn(`SKIPPED: ${missingText(missing)}`);
  return standIns(missing, ci, {
    describe: vitest.describe,
    test: vitest.test,
    skip: vitest.test.skip,
  });
}
