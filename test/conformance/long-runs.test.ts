/**
 * Every model on files with many requests more than its own, 64 of them in flight: what it promises
 * holds, and its log replays in the simulator with the same digests, to the same images.
 *
 * Some hundred requests here, thousands for two models; `npm run long-runs` does 10,000 with each.
 */
import { describe, expect, test } from "vitest";
import { longRun } from "../../bench/long-runs.ts";
import { MODELS } from "../../models/index.ts";
import { withRandomRequests } from "../../src/system/with-random-requests.ts";

const DEPTH = 64;
const REQUESTS = 300;
/** One whose readers discard what they have read, and one that leaves discards to idle times. */
const LONG = new Map([
  ["fleecing", 10_000],
  ["lazy-discard", 10_000],
]);

/** Models of commands only, and of actors that are in step, to which no request can be added. */
const SILENT = new Set([
  ...["rfc-first-picture", "rfc-insertion-damages-link"],
  ...["a", "b", "c", "d"].map((rule) => `recommend-${rule}`),
]);

describe.each([...MODELS.values()])("$name", (model) => {
  const requests = LONG.get(model.name) ?? REQUESTS;

  test(`with ${requests} random requests keeps its word, and replays`, async () => {
    const { violations, difference, ...counts } = await longRun(model, {
      ...{ requests, depth: DEPTH, seed: 1 },
    });
    expect(difference).toBeNull();
    if (model.expected.verdict === "holds") expect(violations).toEqual([]);
    if (SILENT.has(model.name)) {
      expect(withRandomRequests(model, requests, DEPTH)).toEqual(model);
      return;
    }
    expect(counts.digests).toBeGreaterThan(0);
    // Where an export goes away meanwhile its readers are through.
    expect(counts.requests).toBeGreaterThan(requests / 2);
  });
});
