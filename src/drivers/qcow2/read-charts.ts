/**
 * How a qcow2 node serves reads and block-status: cluster by cluster from its own file or from its
 * backing file (QEMU block/qcow2.c, `qcow2_co_preadv_part`).
 *
 * A run of clusters that are kept in the same place is asked for at once. Where writes serialise,
 * the request is entered on all its clusters first, so that they wait for it.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { advance, askClusters, askRun, call, done, failed } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";
import type { Qcow2Parameters } from "./parameters.ts";

type Reply = "OK" | "IN_FILE" | "IN_BACKING";

export function readChart({ backing, serialised }: Qcow2Parameters): Chart {
  const [end, giveUp] = serialised ? (["leaving", "giving up"] as const) : endings;
  const machine = requestSetup<Reply>().createMachine({
    id: "qcow2/read",
    initial: serialised ? "entering" : "locating",
    context: { errno: null },
    states: {
      ...(serialised && entering),
      locating: {
        meta: askRun("LOCATE"),
        on: {
          IN_FILE: "reading file",
          IN_BACKING: backing ? "reading backing" : "reading file",
        },
      },
      "reading file": {
        meta: call("file", "read", "data", "span"),
        on: { DONE: "advancing", FAILED: { target: giveUp, actions: "remember" } },
      },
      ...(backing && {
        "reading backing": {
          meta: call("backing", "read", "data", "span"),
          on: { DONE: "advancing", FAILED: { target: giveUp, actions: "remember" } },
        },
      }),
      advancing: { meta: advance(), on: { MORE: "locating", END: end } },
      ...(serialised && leaving),
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("qcow2/read", machine);
}

/** Speaks about the first run; whoever wants to know the rest asks again. */
export function blockStatusChart({ backing, serialised }: Qcow2Parameters): Chart {
  const [end, giveUp] = serialised ? (["leaving", "giving up"] as const) : endings;
  const told = { DATA: end, ZERO: end, FAILED: { target: giveUp, actions: "remember" } } as const;
  const machine = requestSetup<Reply>().createMachine({
    id: "qcow2/block-status",
    initial: serialised ? "entering" : "locating",
    context: { errno: null },
    states: {
      ...(serialised && entering),
      locating: {
        meta: askRun("LOCATE"),
        on: { IN_FILE: "asking file", IN_BACKING: backing ? "asking backing" : "asking file" },
      },
      "asking file": { meta: call("file", "block-status", null, "span"), on: told },
      ...(backing && {
        "asking backing": { meta: call("backing", "block-status", null, "span"), on: told },
      }),
      ...(serialised && leaving),
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("qcow2/block-status", machine);
}

/** Whether any of the clusters is not allocated; with no backing file behind it, too. */
export function isMissingChart(): Chart {
  const machine = requestSetup<Reply>().createMachine({
    id: "qcow2/is-missing",
    initial: "locating",
    context: { errno: null },
    states: {
      locating: { meta: askClusters("LOCATE"), on: { IN_BACKING: "done", IN_FILE: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed("ENOTSUP") },
    },
  });
  return requestChart("qcow2/is-missing", machine);
}

/** Whether none of the clusters is allocated, here or in the files behind that a job empties. */
export function isInBaseChart({ last }: Qcow2Parameters): Chart {
  const machine = requestSetup<Reply>().createMachine({
    id: "qcow2/is-in-base",
    initial: "locating",
    context: { errno: null },
    states: {
      locating: {
        meta: askClusters("LOCATE"),
        on: { IN_BACKING: last ? "done" : "asking backing", IN_FILE: "failed" },
      },
      ...(!last && {
        "asking backing": {
          meta: call("backing", "is-in-base"),
          on: { DONE: "done", FAILED: "failed" },
        },
      }),
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed("ENOTSUP") },
    },
  });
  return requestChart("qcow2/is-in-base", machine);
}

const endings = ["done", "failed"] as const;
const entering = { entering: { meta: askClusters("ENTER"), on: { OK: "locating" } } } as const;
const leaving = {
  leaving: { meta: askClusters("LEAVE"), on: { OK: "done" } },
  "giving up": { meta: askClusters("LEAVE"), on: { OK: "failed" } },
} as const;
