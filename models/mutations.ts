/**
 * One-line changes to the copy-before-write filter, as the models use them for their mutants.
 *
 * Rows (H01...) are those of section 6 of the reference, rules (C3, K9...) those of section 3.
 */
import type { Chart } from "../src/chart/chart.ts";
import { askClusters, call } from "../src/chart/effects.ts";
import {
  bypass,
  confuse,
  reanswer,
  redirect,
  replaceEffect,
  withEvent,
} from "../src/chart/mutate.ts";
import { snapshotReadChart } from "../src/drivers/copy-before-write/view-charts.ts";
import { writeChart } from "../src/drivers/qcow2/write-charts.ts";
import { PERMISSIONS } from "../src/system/permission-chart.ts";
import type { ChartMutation } from "../src/system/system.ts";
import { changesOf } from "./changes.ts";

const { inRequest, inTask, inCluster } = changesOf("copy-before-write");

/** Changes the chart of the tasks that copy a cluster. */
const inCopy = (change: (chart: Chart) => Chart) => inTask("copy", change);

/** A command changes the graph while requests are under way in what it changes (H12). */
export const sectionIsNotDrained: ChartMutation = {
  driver: PERMISSIONS,
  change: (charts) => {
    const { node } = charts;
    const answer = { target: "preparing", actions: [reply("GO")] };
    return node === null ? charts : { ...charts, node: reanswer(node, "idle", "BEGIN", answer) };
  },
};

const reply = (type: string) => ({ type: "reply", params: { type } }) as const;
const REPLY_OK = reply("OK");
const REPLY_GRANTED = reply("GRANTED");
const REPLY_ALREADY = reply("ALREADY");

/** The guest writes without waiting for view reads that still use the source. */
export const guestDoesNotDrain = inRequest("write", (chart) => bypass(chart, "draining", "OK"));

/** A discard is forwarded without saving the old data (H01). */
export const discardIsNotCopied = inRequest("discard", (chart) =>
  redirect(chart, "checking", "INTACT", "draining"),
);

/** A guest's discard ends at the hook once the old data is safe (R06). */
export const discardIsNotForwarded = inRequest("discard", (chart) =>
  bypass(chart, "forwarding", "DONE"),
);

/** A guest's discard takes away what was saved, instead of what is on the disk. */
export const discardGoesToTarget = inRequest("discard", (chart) =>
  replaceEffect(chart, "forwarding", call("target", "discard")),
);

/** A guest's discard does not wait for view reads that still use the source. */
export const discardLeavesReaders = inRequest("discard", (chart) =>
  bypass(chart, "draining", "OK"),
);

/** Copied clusters are never marked done, so the view goes on reading the source. */
export const copiesAreNotSettled = inRequest("write", (chart) => bypass(chart, "settling", "OK"));

/** The view reads the source although the target has the old data (H03). */
export const viewIgnoresTarget = inRequest("snapshot-read", (chart) =>
  redirect(chart, "locating", "IN_TARGET", "freezing"),
);

/** A view discard makes the target forget the clusters but leaves them readable. */
export const discardLeavesAccess = inRequest("snapshot-discard", (chart) =>
  replaceEffect(chart, "excluding", askClusters("RESET", "interior")),
);

/** A task counts as done before its data is in the target. */
export const copyIsNotSaved = inCopy((chart) => bypass(chart, "saving", "DONE"));

/** A view discard leaves reads of the target in flight alone, whose data it takes away (C11). */
export const discardDoesNotWait = inRequest("snapshot-discard", (chart) =>
  bypass(chart, "waiting for readers", "OK"),
);

/** A view discard frees the source instead of the target. */
export const discardHitsSource = inRequest("snapshot-discard", (chart) =>
  replaceEffect(chart, "discarding", call("file", "discard", null, "interior")),
);

/** The view reads the source without freezing it, so that guest writes do not wait (H05). */
export const viewDoesNotFreeze = inRequest("snapshot-read", (chart) =>
  ["freezing", "thawing", "releasing"].reduce((left, state) => bypass(left, state, "OK"), chart),
);

/** A failed read of the source stays frozen for ever. */
export const failedReadStaysFrozen = inRequest("snapshot-read", (chart) =>
  bypass(chart, "releasing", "OK"),
);

/** A read of the target never lets go, and a discard waits for it for ever. */
export const viewDoesNotLetGo = inRequest("snapshot-read", (chart) =>
  bypass(chart, "letting go", "OK"),
);

/** Whoever reads through the filter is shown the target (C1). */
export const hookReadsTarget = inRequest("read", (chart) =>
  replaceEffect(chart, "forwarding", call("target", "read", "data")),
);

/** The copy reads the target instead of the source. */
export const copyReadsTarget = inCopy((chart) =>
  replaceEffect(chart, "reading", call("target", "read", "old")),
);

/** An error of the target while saving is taken for success. */
export const saveErrorIsIgnored = inCopy((chart) => confuse(chart, "saving", "FAILED", "DONE"));

/** A failed copy leaves its cluster claimed (K8). */
export const failedCopyIsNotAbandoned = inCopy((chart) => bypass(chart, "abandoning", "OK"));

/** A cluster stays dirty while it is being copied (H02). */
export const copyIsClaimedAtItsEnd = inCluster((chart) => {
  const shared = reanswer(chart, "copy.dirty", "CLAIM", { actions: [REPLY_GRANTED] });
  const ended = { target: "clean", actions: [REPLY_OK] };
  const copied = reanswer(shared, "copy.dirty", "COPIED", ended);
  const again = reanswer(copied, "copy.clean", "COPIED", { actions: [REPLY_OK] });
  return ["copy.dirty", "copy.clean"].reduce(
    (changed, state) => reanswer(changed, state, "ABANDON", { actions: [REPLY_OK] }),
    again,
  );
});

/** Who meets a cluster that is being copied takes it for copied (K9). */
export const claimIsNotExclusive = inCluster((chart) =>
  reanswer(chart, "copy.copying", "CLAIM", { actions: [REPLY_ALREADY] }),
);

/** QEMU 7.2's answer about a copied run before another one (H03). */
export const mixedReadIsMistaken = inRequest("snapshot-read", () =>
  snapshotReadChart({ viewDiscard: "repaired", mixedRead: "faithful" }),
);

/** Clusters are marked done although their copy failed (C3.5). */
export const settlesAfterFailure = inRequest("write", (chart) =>
  confuse(chart, "copying", "FAILED", "DONE"),
);

/** Clusters that a write covers in part are not marked done (C2). */
export const guestSettlesInteriorOnly = inRequest("write", (chart) => {
  const narrowed = replaceEffect(chart, "settling", askClusters("SETTLE", "interior"));
  return reanswer(withEvent(narrowed, "NONE"), "settling", "NONE", { target: "draining" });
});

/** Once the view is broken, guest writes do not wait for view reads in flight (H19, R01). */
export const guestOvertakesAfterBreak = inRequest("write", (chart) =>
  redirect(chart, "checking", "BROKEN", "forwarding"),
);

/** A write whose copy failed goes on, but the view is not broken (C3.6). */
export const viewIsNotBroken = inRequest("write", (chart) => bypass(chart, "giving up", "OK"));

/** The view is read although it is broken (C8). */
export const brokenViewIsIgnored = inRequest("snapshot-read", (chart) =>
  redirect(chart, "checking", "BROKEN", "admitting"),
);

/** A copy that takes too long counts as done (K10, H17). */
export const timeoutCountsAsCopied = inRequest("write", (chart) =>
  confuse(chart, "copying", "TIMEOUT", "DONE"),
);

/** The hook makes the target stable where the guest asked for its disk (C4). */
export const flushGoesToTarget = inRequest("flush", (chart) =>
  replaceEffect(chart, "forwarding", call("target", "flush")),
);

/** A flush is acknowledged and reaches nobody (C4). */
export const flushIsNotForwarded = inRequest("flush", (chart) =>
  bypass(chart, "forwarding", "DONE"),
);

/** A flush that the disk refused ends with success (H30d: an error is reported as success). */
export const flushErrorIsHidden = inRequest("flush", (chart) =>
  confuse(chart, "forwarding", "FAILED", "DONE"),
);

/** The guest is told the status of the target (C7). */
export const statusIsOfTarget = inRequest("block-status", (chart) =>
  replaceEffect(chart, "forwarding", call("target", "block-status")),
);

/** A block-status that failed is taken for an answer (H30b). */
export const statusErrorIsHidden = inRequest("block-status", (chart) =>
  confuse(chart, "forwarding", "FAILED", "DATA"),
);

/** A write that changes nothing goes to the target (C3.1). */
export const unchangedWriteGoesToTarget = inRequest("write-unchanged", (chart) =>
  replaceEffect(chart, "forwarding", call("target", "write", "data")),
);

/** A cluster whose status nobody could tell is taken for zeros (K5, H30b). */
export const unknownStatusIsZero = inCopy((chart) =>
  confuse(chart, "inspecting", "FAILED", "ZERO"),
);

/** A cluster that the image ends in is not claimed, for it is no whole one (H29, H49). */
export const partialClusterIsSkipped = inCopy((chart) => {
  const narrowed = replaceEffect(chart, "claiming", askClusters("CLAIM", "interior"));
  return reanswer(withEvent(narrowed, "NONE"), "claiming", "NONE", { target: "done" });
});

/** A view discard also spares guests the copy of clusters that it covers in part (K11, H23). */
export const resetRoundsOutward = inRequest("snapshot-discard", (chart) =>
  replaceEffect(chart, "resetting", askClusters("RESET", "hull")),
);

/** A view discard frees the target first, and forbids the clusters to readers afterwards (H44). */
export const discardFreesFirst = inRequest("snapshot-discard", (chart) => {
  const resets = replaceEffect(chart, "excluding", askClusters("RESET", "interior"));
  const waits = replaceEffect(resets, "resetting", askClusters("UNHELD", "interior"));
  const frees = replaceEffect(
    waits,
    "waiting for readers",
    call("target", "discard", null, "interior"),
  );
  const freed = reanswer(frees, "waiting for readers", "DONE", { target: "discarding" });
  const failed = { target: "failed", actions: [{ type: "remember" }] };
  const refused = reanswer(freed, "waiting for readers", "FAILED", failed);
  const excludes = replaceEffect(refused, "discarding", askClusters("EXCLUDE", "interior"));
  return reanswer(excludes, "discarding", "OK", { target: "done" });
});

/** A view read waits until nobody reads the source any more, itself included (H06). */
export const viewWaitsForItself = inRequest("snapshot-read", (chart) =>
  replaceEffect(chart, "thawing", askClusters("DRAINED", "rest")),
);

/** What a hook saves to a cache that has the disk behind it does not wait for reads (H05, M3). */
export const writesDoNotSerialise: ChartMutation = {
  driver: "qcow2",
  change: (charts) => {
    if (charts.tasks.complete === undefined) return charts;
    const place = { backing: true, serialised: false, last: true };
    const changes = (["write", "write-zeroes"] as const).map(
      (change) => [change, writeChart(change, place)] as const,
    );
    return { ...charts, requests: { ...charts.requests, ...Object.fromEntries(changes) } };
  },
};
