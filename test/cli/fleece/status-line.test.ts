/**
 * What the line says that is shown while a disk is fleeced.
 */
import { expect, test } from "vitest";
import { statusText } from "../../../src/cli/fleece/status-line.ts";

const MIB = 1024 * 1024;
const NOTHING = { read: 0, written: 0, slowest: 0, stalls: 0 };

test("rates, what was copied, how full the cache is, and what the guest has to bear", () => {
  const guest = { read: MIB, written: 2 * MIB, slowest: 12.3, stalls: 1 };
  const view = { ...NOTHING, read: 20 * MIB };
  const cache = { used: 12, room: 16 };
  const saved = { clusters: 32, bytes: 2 * MIB, cache, spilled: 0, broken: false };
  const line = "guest 3.0 MiB/s  view 20 MiB/s  stalls 4 (12 ms)  cache 75%  copied 32 (2.0 MiB)";
  expect(statusText(guest, view, 4, saved)).toBe(line);
  // A terminal of 80 columns cuts off what was copied, at most.
  expect(line.indexOf("  copied")).toBeLessThan(70);
  expect(statusText(guest, view, 4, { ...saved, broken: true })).toBe(
    `THE VIEW IS BROKEN  ${line}`,
  );
  const emptied = line.replace("cache 75%", "cache 75% and 20 in its file");
  expect(statusText(guest, view, 4, { ...saved, spilled: 20 })).toBe(emptied);
});

test("an empty disk has an empty cache", () => {
  const saved = { clusters: 0, bytes: 0, cache: { used: 0, room: 0 }, spilled: 0, broken: false };
  expect(statusText(NOTHING, NOTHING, 0, saved)).toContain("stalls 0 (0 ms)  cache 0%");
});
