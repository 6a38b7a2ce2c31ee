/**
 * How the filter serves the reader of the point-in-time view (rules C8-C11).
 *
 * A read goes on piece by piece. For each piece, in one atomic breath: the view must stand, every
 * cluster of the rest must be accessible, and the longest run of clusters that are all done, or all
 * not done, becomes the next span. What is done is read from the target. What is not is read from
 * the source, and the whole rest is frozen meanwhile, so that guest writes there wait (C3.6).
 *
 * Rule C11 comes in two variants. A discard makes the target forget an area that another reader may
 * be reading at that moment:
 *     faithful   QEMU lets it, and the read returns zeros, with success
 *     repaired   reads hold the clusters that they use, and the discard waits for them
 *
 * Rule C8 too. Where the rest begins with clusters that are done and goes on with some that are
 * not:
 *     faithful   QEMU 7.2 mistakes the done ones for not done, and reads them from the source (H03)
 *     repaired   they are read from the target
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { advance, askClusters, askNode, askRun, call, done, failed } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";
import type { CopyBeforeWriteParameters } from "./parameters.ts";

type ViewParameters = Pick<CopyBeforeWriteParameters, "viewDiscard" | "mixedRead">;
type Variant = ViewParameters["mixedRead"];
type ViewReply = "INTACT" | "BROKEN" | "ALLOWED" | "DENIED" | "IN_TARGET" | "IN_SOURCE" | "OK";

export function snapshotReadChart({ viewDiscard, mixedRead }: ViewParameters): Chart {
  const name = "copy-before-write/snapshot-read";
  const fromTarget = viewDiscard === "repaired" ? "holding" : "reading target";
  const machine = requestSetup<ViewReply>().createMachine({
    id: name,
    initial: "checking",
    context: { errno: null },
    states: {
      ...untilLocated(mixedRead, fromTarget),
      ...(viewDiscard === "repaired"
        ? {
            holding: { meta: askClusters("HOLD", "span"), on: { OK: "reading held" } },
            "reading held": {
              meta: call("target", "read", "data", "span"),
              on: { DONE: "letting go", FAILED: { target: "giving up", actions: "remember" } },
            },
            "letting go": { meta: askClusters("RELEASE", "span"), on: { OK: "advancing" } },
            "giving up": { meta: askClusters("RELEASE", "span"), on: { OK: "failed" } },
          }
        : {
            "reading target": {
              meta: call("target", "read", "data", "span"),
              on: { DONE: "advancing", FAILED: { target: "failed", actions: "remember" } },
            },
          }),
      freezing: { meta: askClusters("FREEZE", "rest"), on: { OK: "reading source" } },
      "reading source": {
        meta: call("file", "read", "data", "span"),
        on: { DONE: "thawing", FAILED: { target: "releasing", actions: "remember" } },
      },
      thawing: { meta: askClusters("THAW", "rest"), on: { OK: "advancing" } },
      advancing: { meta: advance(), on: { MORE: "checking", END: "done" } },
      releasing: { meta: askClusters("THAW", "rest"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
      denied: { type: "final", meta: failed("EACCES") },
    },
  });
  return requestChart(name, machine);
}

/**
 * What every view request begins with, up to where its next span is: in the target, or in the
 * source, which is then frozen. The faithful variant asks the whole rest once more, of which one
 * cluster that is not done decides.
 */
function untilLocated<Target extends string>(mixedRead: Variant, fromTarget: Target) {
  const located = { IN_TARGET: fromTarget, IN_SOURCE: "freezing" } as const;
  const mistaken = { IN_TARGET: "mistaking", IN_SOURCE: "freezing" } as const;
  return {
    checking: { meta: askNode("CHECK"), on: { INTACT: "admitting", BROKEN: "denied" } },
    admitting: {
      meta: askClusters("ACCESS", "rest"),
      on: { ALLOWED: "locating", DENIED: "denied" },
    },
    locating: {
      meta: askRun("LOCATE"),
      on: mixedRead === "faithful" ? mistaken : located,
    },
    ...(mixedRead === "faithful" && {
      mistaking: { meta: askClusters("LOCATE", "rest"), on: located },
    }),
  } as const;
}

/** Status of one layer, target or source, for the first run of clusters; the caller asks again. */
export function snapshotBlockStatusChart({ viewDiscard, mixedRead }: ViewParameters): Chart {
  const fromTarget = viewDiscard === "repaired" ? "holding" : "asking target";
  const name = "copy-before-write/snapshot-block-status";
  const machine = requestSetup<ViewReply>().createMachine({
    id: name,
    initial: "checking",
    context: { errno: null },
    states: {
      ...untilLocated(mixedRead, fromTarget),
      ...(viewDiscard === "repaired"
        ? {
            holding: { meta: askClusters("HOLD", "span"), on: { OK: "asking held" } },
            "asking held": {
              meta: call("target", "block-status", null, "span"),
              on: {
                DATA: "letting go",
                ZERO: "letting go",
                FAILED: { target: "giving up", actions: "remember" },
              },
            },
            "letting go": { meta: askClusters("RELEASE", "span"), on: { OK: "done" } },
            "giving up": { meta: askClusters("RELEASE", "span"), on: { OK: "failed" } },
          }
        : {
            "asking target": {
              meta: call("target", "block-status", null, "span"),
              on: { DATA: "done", ZERO: "done", FAILED: { target: "failed", actions: "remember" } },
            },
          }),
      freezing: { meta: askClusters("FREEZE", "rest"), on: { OK: "asking source" } },
      "asking source": {
        meta: call("file", "block-status", null, "span"),
        on: {
          DATA: "thawing",
          ZERO: "thawing",
          FAILED: { target: "releasing", actions: "remember" },
        },
      },
      thawing: { meta: askClusters("THAW", "rest"), on: { OK: "done" } },
      releasing: { meta: askClusters("THAW", "rest"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
      denied: { type: "final", meta: failed("EACCES") },
    },
  });
  return requestChart(name, machine);
}

/**
 * The reader will not ask for these clusters again: they become unreadable, guest writes to them
 * need no copy any more, and the target gives their space back. Only clusters wholly inside the
 * request count; a discard of less than a cluster does nothing (rule C11).
 */
export function snapshotDiscardChart({ viewDiscard }: CopyBeforeWriteParameters): Chart {
  const name = "copy-before-write/snapshot-discard";
  const machine = requestSetup<"OK">().createMachine({
    id: name,
    initial: "excluding",
    context: { errno: null },
    states: {
      excluding: {
        meta: askClusters("EXCLUDE", "interior"),
        on: { OK: "resetting", NONE: "done" },
      },
      resetting: {
        meta: askClusters("RESET", "interior"),
        on: { OK: viewDiscard === "repaired" ? "waiting for readers" : "discarding" },
      },
      ...(viewDiscard === "repaired" && {
        "waiting for readers": {
          meta: askClusters("UNHELD", "interior"),
          on: { OK: "discarding" },
        },
      }),
      discarding: {
        meta: call("target", "discard", null, "interior"),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}
