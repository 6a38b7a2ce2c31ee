/**
 * Two repairs of QEMU's `break-snapshot` (defect R01, H19), as changes to the charts that every
 * QEMU since 7.1 has: break-snapshot-race.ts is what they repair.
 *
 * A copy fails or takes too long, and the view breaks, while a reader is on the disk. From then on
 * nothing is saved any more, so guest writes skip all of copy-before-write:
 *
 *     guest 0    overwrites cluster 0: its copy takes too long
 *     reader     reads cluster 0, which is not copied yet: from the disk
 *     guest 0    stops waiting: the view is broken, and the write waits for the reader
 *     guest 1    overwrites cluster 0: the view is broken, so it waits for nobody
 *     reader     has the guest's new data, with success
 *
 * They skip too much: the wait for readers on the disk is no part of the saving. Either they wait
 * all the same, or the reader asks again, once it has its data, whether the view still stands. The
 * review of 2022 kept half of each: it dropped the reader's second look because failing writes
 * wait, and then the wait, because of a broken view nobody need care. Either is enough.
 */
import type { Chart } from "../../src/chart/chart.ts";
import { askNode } from "../../src/chart/effects.ts";
import { redirect, withConfig } from "../../src/chart/mutate.ts";
import type { ChartMutation } from "../../src/system/system.ts";
import { changesOf } from "../changes.ts";

const { inRequest } = changesOf("copy-before-write");

const all = (changes: readonly ChartMutation[]): ChartMutation => ({
  driver: "copy-before-write",
  change: (charts) => changes.reduce((changed, { change }) => change(changed), charts),
});

/** A guest's request waits for readers on the disk also once the view is broken. */
export const guestsWaitAfterBreak = all(
  (["write", "write-zeroes", "discard"] as const).map((operation) =>
    inRequest(operation, (chart) => redirect(chart, "checking", "BROKEN", "draining")),
  ),
);

/** Who read the disk asks again whether the view stands, and is refused if it does not. */
export const readersLookAgain = all([
  inRequest("snapshot-read", (chart) => looksAgain(chart, "advancing")),
  inRequest("snapshot-block-status", (chart) => looksAgain(chart, "done")),
]);

/** @param stands where a request goes on that has found the view intact */
function looksAgain(chart: Chart, stands: string): Chart {
  const again = { meta: askNode("CHECK"), on: { INTACT: stands, BROKEN: "denied" } };
  const able = withConfig(chart, (config) => ({
    ...config,
    states: { ...config.states, "looking again": again },
  }));
  return redirect(able, "thawing", "OK", "looking again");
}
