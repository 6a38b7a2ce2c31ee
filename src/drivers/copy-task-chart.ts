/**
 * How one cluster gets from the source to the target (QEMU block/block-copy.c, rules K4-K10).
 *
 * The task claims its cluster, asks whether there is anything but zeros in it (K5; an error there
 * counts as data), copies, and reports. On failure the cluster is dirty again, so whoever waits for
 * it tries next (K9). A guest that stops waiting cancels only tasks that have not begun; a copy
 * under way runs on in the background (K10).
 *
 * A job may have the source forget what it has copied; whether that succeeds is all the same (K8).
 * One that empties the files of a chain into their base leaves alone what none of them has (QEMU
 * block/mirror.c, `mirror_dirty_init`).
 */
import { type Chart, requestChart } from "../chart/chart.ts";
import { askClusters, call, done, failed } from "../chart/effects.ts";
import { requestSetup } from "../chart/request-setup.ts";

interface CopyRules {
  /** whether the target compresses what it is written (`compress`) */
  readonly compresses?: boolean;
  /** whether the source forgets what was copied (`discard-source`) */
  readonly discardsSource?: boolean;
  /** whether what was saved is flushed before it counts as copied (`flush-target`) */
  readonly flushes?: boolean;
  /** whether only what is above the base is copied: it is the target, or that has it behind it */
  readonly partial?: boolean;
}

/**
 * @param driver whose cluster chart is asked
 * @param source edge to the child that is read; what is read goes to `target`
 */
export function copyTaskChart(
  driver: string,
  source: string,
  { compresses = false, discardsSource = false, partial = false, flushes = false }: CopyRules = {},
): Chart {
  const name = `${driver}/copy`;
  const saved = flushes ? "flushing" : "confirming";
  const machine = requestSetup<"GRANTED" | "ALREADY" | "OK">().createMachine({
    id: name,
    initial: "claiming",
    context: { errno: null },
    states: {
      claiming: {
        meta: askClusters("CLAIM"),
        on: {
          GRANTED: partial ? "looking below" : "inspecting",
          ALREADY: "done",
          CANCEL: "done",
        },
      },
      ...(partial && {
        "looking below": {
          meta: call(source, "is-in-base"),
          on: { DONE: "confirming", FAILED: "inspecting" },
        },
      }),
      inspecting: {
        meta: call(source, "block-status"),
        on: { DATA: "reading", ZERO: "zeroing", FAILED: "reading" },
      },
      reading: {
        meta: call(source, "read", "old"),
        on: { DONE: "saving", FAILED: { target: "abandoning", actions: "remember" } },
      },
      saving: {
        meta: call("target", compresses ? "write-compressed" : "write", "old"),
        on: { DONE: saved, FAILED: { target: "abandoning", actions: "remember" } },
      },
      zeroing: {
        meta: call("target", "write-zeroes"),
        on: { DONE: saved, FAILED: { target: "abandoning", actions: "remember" } },
      },
      ...(flushes && {
        flushing: {
          meta: call("target", "flush"),
          on: { DONE: "confirming", FAILED: { target: "abandoning", actions: "remember" } },
        },
      }),
      confirming: {
        meta: askClusters("COPIED"),
        on: { OK: discardsSource ? "discarding source" : "done" },
      },
      ...(discardsSource && {
        "discarding source": {
          meta: call(source, "discard"),
          on: { DONE: "done", FAILED: "done" },
        },
      }),
      abandoning: { meta: askClusters("ABANDON"), on: { OK: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}
