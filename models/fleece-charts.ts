/**
 * The charts of the yardstick: image fleecing with one request for each cluster, and nothing else.
 *
 * What a cluster remembers is whether it was copied, and how many readers use the disk there; who
 * waits is not remembered but follows: a claim is not answered while somebody copies, nor a drain
 * while somebody reads the disk.
 */
import { assign, emit, setup } from "xstate";
import { z } from "zod";
import { type Chart, requestChart, stateChart } from "../src/chart/chart.ts";
import { askClusters, call, choose } from "../src/chart/effects.ts";
import { requestSetup } from "../src/chart/request-setup.ts";

const REPLIES = ["GRANTED", "ALREADY", "FROM_CACHE", "FROM_DISK", "OK"] as const;

/** How a transition of the cluster chart replies. */
export const reply = (type: (typeof REPLIES)[number]) =>
  ({ type: "reply", params: { type } }) as const;

/** @param readers how many may use the disk at once */
export function clusterChart(readers: number): Chart {
  const fromDisk = { READ: { actions: ["freeze", reply("FROM_DISK")] } } as const;
  const machine = setup({
    types: {} as {
      context: { frozen: number };
      events: { type: "CLAIM" | "COPIED" | "DRAINED" | "READ" | "THAW" };
      emitted: { type: (typeof REPLIES)[number] };
    },
    actions: {
      reply: emit((_, params: { type: (typeof REPLIES)[number] }) => params),
      freeze: assign({ frozen: ({ context }) => context.frozen + 1 }),
      thaw: assign({ frozen: ({ context }) => context.frozen - 1 }),
    },
    guards: { unfrozen: ({ context }) => context.frozen === 0 },
  }).createMachine({
    id: "fleece/cluster",
    initial: "fresh",
    context: { frozen: 0 },
    states: {
      fresh: {
        on: { ...fromDisk, CLAIM: { target: "copying", actions: reply("GRANTED") } },
      },
      copying: {
        on: { ...fromDisk, COPIED: { target: "copied", actions: reply("OK") } },
      },
      copied: {
        on: {
          READ: { actions: reply("FROM_CACHE") },
          CLAIM: { actions: reply("ALREADY") },
        },
      },
    },
    on: {
      THAW: { actions: ["thaw", reply("OK")] },
      DRAINED: { guard: "unfrozen", actions: reply("OK") },
    },
  });
  const context = z.strictObject({ frozen: z.int().min(0).max(readers) });
  return stateChart("cluster", "fleece/cluster", machine, REPLIES, context);
}

/** A guest's write: the old data is saved first, and readers of the disk are waited for. */
export function guestChart(): Chart {
  const machine = requestSetup<"GRANTED" | "ALREADY" | "OK">().createMachine({
    id: "fleece/guest",
    initial: "choosing",
    context: { errno: null },
    states: {
      choosing: { meta: choose("address-and-value"), on: { CHOSEN: "claiming" } },
      claiming: { meta: askClusters("CLAIM"), on: { GRANTED: "loading", ALREADY: "draining" } },
      loading: { meta: call("disk", "read", "old"), on: { DONE: "saving" } },
      saving: { meta: call("cache", "write", "old"), on: { DONE: "settling" } },
      settling: { meta: askClusters("COPIED"), on: { OK: "draining" } },
      draining: { meta: askClusters("DRAINED"), on: { OK: "writing" } },
      writing: { meta: call("disk", "write", "data"), on: { DONE: "choosing" } },
    },
  });
  return requestChart("fleece/guest", machine);
}

/** A read of the view: from the cache what was copied, the rest from the disk, frozen meanwhile. */
export function readerChart(): Chart {
  const machine = requestSetup<"FROM_CACHE" | "FROM_DISK" | "OK">().createMachine({
    id: "fleece/reader",
    initial: "choosing",
    context: { errno: null },
    states: {
      choosing: { meta: choose("address"), on: { CHOSEN: "locating" } },
      locating: {
        meta: askClusters("READ"),
        on: { FROM_CACHE: "reading cache", FROM_DISK: "reading disk" },
      },
      "reading cache": { meta: call("cache", "read", "data"), on: { DONE: "choosing" } },
      "reading disk": { meta: call("disk", "read", "data"), on: { DONE: "thawing" } },
      thawing: { meta: askClusters("THAW"), on: { OK: "choosing" } },
    },
  });
  return requestChart("fleece/reader", machine);
}
