/**
 * How a node's bytes relate to those below it.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DRIVERS } from "../../src/drivers/registry.ts";
import { profile } from "../../src/graph/profile.ts";
import { refusal } from "../support/refusal.ts";

function instance(driver: string, options: object) {
  const known = DRIVERS.get(driver);
  if (known === undefined) throw new RangeError(`no driver ${driver}`);
  return known.instantiate(options, profile("proposed"));
}

const bytes = fc.nat(1 << 20);

describe("raw", () => {
  test("shows a window, which lies inside the file or is refused", () => {
    fc.assert(
      fc.property(bytes, bytes, fc.option(bytes, { nil: undefined }), (below, offset, size) => {
        const node = instance("raw", size === undefined ? { offset } : { offset, size });
        if (offset <= below && offset + (size ?? 0) <= below) {
          const length = size ?? below - offset;
          expect(node.geometry(below)).toEqual({ length, shift: offset });
        } else refusal("graph-refused", () => node.geometry(below));
      }),
    );
  });

  test("says in QEMU's words what does not fit", () => {
    expect(refusal("graph-refused", () => instance("raw", { offset: 5 }).geometry(4))).toBe(
      "Offset (5) cannot be greater than size of the containing file (4)",
    );
    // Two blanks, as in QEMU.
    const window = instance("raw", { offset: 2, size: 3 });
    expect(refusal("graph-refused", () => window.geometry(4))).toBe(
      "The sum of offset (2) and size (3) has to be smaller or equal to the  actual size of the " +
        "containing file (4)",
    );
  });
});

test("filters and views are as long as what they look at", () => {
  fc.assert(
    fc.property(bytes, fc.constantFrom("copy-before-write", "snapshot-access"), (below, driver) => {
      expect(instance(driver, {}).geometry(below)).toEqual({ length: below, shift: 0 });
    }),
  );
});

test("null-co has the size it is given, 1 GiB by default", () => {
  expect(instance("null-co", { size: 3 }).geometry(0)).toEqual({ length: 3, shift: 0 });
  expect(instance("null-co", {}).geometry(0)).toEqual({ length: 2 ** 30, shift: 0 });
});

test("only file keeps its bytes in an image", () => {
  const images = ["raw", "null-co", "copy-before-write", "snapshot-access"].map(
    (driver) => instance(driver, {}).image,
  );
  expect(images).toEqual([null, null, null, null]);
  expect(instance("file", { filename: "a.raw" }).image).toBe("a.raw");
  expect(instance("file", { filename: "a.raw" }).geometry(7)).toEqual({ length: 7, shift: 0 });
});

test("nodes share their tables exactly if they have the same charts", () => {
  const key = (driver: string, options: object) => instance(driver, options).chartKey;
  expect(key("raw", { offset: 1 })).toBe(key("raw", { "read-only": true }));
  expect(key("raw", {})).not.toBe(key("file", { filename: "a.raw" }));
  expect(key("copy-before-write", { "cbw-timeout": 1 })).toBe(
    key("copy-before-write", { "cbw-timeout": 9 }),
  );
  expect(key("copy-before-write", {})).not.toBe(key("copy-before-write", { "cbw-timeout": 1 }));
});
