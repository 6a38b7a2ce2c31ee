/**
 * How the hook of 2018 serves a guest: what it is about to overwrite and was not saved yet goes to
 * the cache first.
 *
 * As posted, a cluster counts as saved only after it was copied, and nobody remembers that a copy
 * is under way. Two writes to one cluster both copy it, and the slower copy takes what the faster
 * write has already overwritten (row H02 of the reference). Nor does anybody wait for a reader that
 * is still reading the disk through the cache (H05).
 */
import { emit, setup } from "xstate";
import { type Chart, requestChart, stateChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed, fork } from "../../chart/effects.ts";
import { payloadOf } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";

const REPLIES = ["UNSAVED", "SAVED", "OK"] as const;
type HookReply = (typeof REPLIES)[number];

const reply = (type: HookReply) => ({ type: "reply", params: { type } }) as const;

/** One bit of `cow_bitmap`: whether a guest's write must save the cluster first. */
export function clusterChart(): Chart {
  const machine = setup({
    types: {} as {
      events: { type: "CHECK" } | { type: "CLEAR" };
      emitted: { type: HookReply };
    },
    actions: { reply: emit((_, params: { type: HookReply }) => params) },
  }).createMachine({
    id: "fleecing-hook/cluster",
    initial: "unsaved",
    states: {
      unsaved: {
        on: {
          CHECK: { actions: reply("UNSAVED") },
          CLEAR: { target: "saved", actions: reply("OK") },
        },
      },
      saved: {
        on: { CHECK: { actions: reply("SAVED") }, CLEAR: { actions: reply("OK") } },
      },
    },
  });
  return stateChart("cluster", "fleecing-hook/cluster", machine, REPLIES);
}

/** @param operation what goes on to the disk once the old data is in the cache */
export function guestChart(operation: "write" | "write-zeroes" | "discard"): Chart {
  const name = `fleecing-hook/${operation}`;
  const machine = requestSetup().createMachine({
    id: name,
    initial: "copying",
    context: { errno: null },
    states: {
      copying: {
        meta: fork("copy"),
        on: { DONE: "forwarding", FAILED: { target: "failed", actions: "remember" } },
      },
      forwarding: {
        meta: call("backing", operation, payloadOf(operation)),
        on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
      },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}

export function copyTaskChart(): Chart {
  const machine = requestSetup<HookReply>().createMachine({
    id: "fleecing-hook/copy",
    initial: "checking",
    context: { errno: null },
    states: {
      checking: { meta: askClusters("CHECK"), on: { UNSAVED: "reading", SAVED: "done" } },
      reading: {
        meta: call("backing", "read", "old"),
        on: { DONE: "saving", FAILED: { target: "failed", actions: "remember" } },
      },
      saving: {
        meta: call("file", "write", "old"),
        on: { DONE: "clearing", FAILED: { target: "failed", actions: "remember" } },
      },
      clearing: { meta: askClusters("CLEAR"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart("fleecing-hook/copy", machine);
}
