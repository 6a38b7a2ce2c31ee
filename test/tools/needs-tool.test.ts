/**
 * The gate before conformance tests: present runs, missing skips loudly, missing under CI fails.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { isInstalled, missingText, type Registrar, standIns } from "./needs-tool.ts";

const directory = mkdtempSync(join(tmpdir(), "needs-tool-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface Registered {
  readonly how: "describe" | "test" | "skip";
  readonly name: string;
  readonly body: () => void | Promise<void>;
}

/** A registrar that writes down what it is asked to register; groups are entered at once. */
function recorder(): { registrar: Registrar; registered: Registered[] } {
  const registered: Registered[] = [];
  const registrar: Registrar = {
    describe: (name, body) => {
      registered.push({ how: "describe", name, body });
      body();
    },
    test: (name, body) => registered.push({ how: "test", name, body }),
    skip: (name, body) => registered.push({ how: "skip", name, body }),
  };
  return { registrar, registered };
}

function neverCalled(): never {
  throw new Error("the body of a test whose tool is missing was run");
}

describe("isInstalled", () => {
  writeFileSync(join(directory, "runs"), "", { mode: 0o755 });
  writeFileSync(join(directory, "plain"), "", { mode: 0o644 });
  const path = ["/nowhere", directory].join(delimiter);

  test("finds an executable in any directory of the path", () => {
    expect(isInstalled("runs", path)).toBe(true);
  });

  test("does not find what is absent, elsewhere, or a directory", () => {
    expect(isInstalled("absent", path)).toBe(false);
    expect(isInstalled("runs", "/nowhere")).toBe(false);
    expect(isInstalled("", directory)).toBe(false);
  });

  test("does not take a file that may not be executed", () => {
    expect(isInstalled("plain", path)).toBe(false);
  });
});

describe("a missing tool", () => {
  test("is named together with its Debian package", () => {
    expect(missingText(["qemu-img", "nbdinfo"])).toBe(
      "qemu-img is not installed (Debian package qemu-utils), " +
        "nbdinfo is not installed (Debian package libnbd-bin)",
    );
  });

  test("skips, and the name of the skipped test says why", () => {
    const { registrar, registered } = recorder();
    const gated = standIns(["qemu-img"], false, registrar);
    gated.test("our image", neverCalled);
    gated.describe("images", neverCalled);
    expect(registered.map(({ how, name }) => `${how} ${name}`)).toEqual([
      "skip SKIPPED: qemu-img is not installed (Debian package qemu-utils): our image",
      "describe images",
      "skip SKIPPED: qemu-img is not installed (Debian package qemu-utils): " +
        "all tests of this group",
    ]);
  });

  test("fails under CI, and the failure says what to install", () => {
    const { registrar, registered } = recorder();
    const gated = standIns(["nbdinfo"], true, registrar);
    gated.test("our export", neverCalled);
    gated.describe("exports", neverCalled);
    expect(registered.map(({ how }) => how)).toEqual(["test", "describe", "test"]);
    for (const { body } of registered.filter(({ how }) => how === "test")) {
      expect(body).toThrow("nbdinfo is not installed (Debian package libnbd-bin)");
    }
  });
});
