/**
 * How a qcow2 node serves writes, write-zeroes and discards (QEMU block/qcow2-cluster.c).
 *
 * Clusters that are not its own yet are claimed, all at once; another write to any of them waits.
 * What the request does not cover of them is copied from the backing file: the copy on write. Then
 * the data is written to the node's own file, and only then do the clusters become its own, so that
 * a reader sees all of the write or nothing of it. If that fails they stay the backing file's.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, type ClusterRange, call, done, failed, fork } from "../../chart/effects.ts";
import { payloadOf } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";
import type { Qcow2Parameters } from "./parameters.ts";

type Reply = "OK";

/** What a request is to the node's own file. */
export type Change = "write" | "write-unchanged" | "write-compressed" | "write-zeroes";

export function writeChart(change: Change, { backing, serialised }: Qcow2Parameters): Chart {
  const name = `qcow2/${change}`;
  const [end, giveUp] = serialised ? (["freeing", "giving up"] as const) : endings;
  const machine = requestSetup<Reply>().createMachine({
    id: name,
    initial: serialised ? "serialising" : "claiming",
    context: { errno: null },
    states: {
      ...(serialised && {
        serialising: { meta: askClusters("SERIALISE"), on: { OK: "claiming" } },
      }),
      claiming: { meta: askClusters("CLAIM"), on: { OK: backing ? "completing" : "writing" } },
      ...(backing && {
        completing: {
          meta: fork("complete", "border"),
          on: { DONE: "writing", FAILED: { target: "abandoning", actions: "remember" } },
        },
      }),
      writing: {
        meta: call("file", change, payloadOf(change)),
        on: { DONE: "committing", FAILED: { target: "abandoning", actions: "remember" } },
      },
      committing: { meta: askClusters("COMMIT"), on: { OK: end } },
      abandoning: { meta: askClusters("ABANDON"), on: { OK: giveUp } },
      ...(serialised && freeing("hull")),
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}

/**
 * Clusters that are wholly discarded become the node's own, and zero, so that the backing file does
 * not shine through (`discard_in_l2_slice`); a discard of less than a cluster does nothing.
 */
export function discardChart({ serialised }: Qcow2Parameters): Chart {
  const [end, giveUp] = serialised ? (["freeing", "giving up"] as const) : endings;
  const first = serialised ? "SERIALISE" : "CLAIM";
  const machine = requestSetup<Reply>().createMachine({
    id: "qcow2/discard",
    initial: "beginning",
    context: { errno: null },
    states: {
      beginning: {
        meta: askClusters(first, "interior"),
        on: { OK: serialised ? "claiming" : "zeroing", NONE: "done" },
      },
      ...(serialised && {
        claiming: { meta: askClusters("CLAIM", "interior"), on: { OK: "zeroing" } },
      }),
      zeroing: {
        meta: call("file", "write-zeroes", null, "interior"),
        on: { DONE: "committing", FAILED: { target: "abandoning", actions: "remember" } },
      },
      committing: { meta: askClusters("COMMIT", "interior"), on: { OK: end } },
      abandoning: { meta: askClusters("ABANDON", "interior"), on: { OK: giveUp } },
      ...(serialised && freeing("interior")),
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("qcow2/discard", machine);
}

/** Fills one cluster of which a write covers only a part, unless it is the node's own already. */
export function completeTaskChart(): Chart {
  const machine = requestSetup<"MISSING" | "PRESENT">().createMachine({
    id: "qcow2/complete",
    initial: "inspecting",
    context: { errno: null },
    states: {
      inspecting: { meta: askClusters("INSPECT"), on: { MISSING: "reading", PRESENT: "done" } },
      reading: {
        meta: call("backing", "read", "old"),
        on: { DONE: "saving", FAILED: { target: "failed", actions: "remember" } },
      },
      saving: {
        meta: call("file", "write", "old"),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("qcow2/complete", machine);
}

const endings = ["done", "failed"] as const;

function freeing(over: ClusterRange) {
  return {
    freeing: { meta: askClusters("FREE", over), on: { OK: "done" } },
    "giving up": { meta: askClusters("FREE", over), on: { OK: "failed" } },
  } as const;
}
