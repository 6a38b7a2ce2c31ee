/**
 * How a fleecing cache shows the image of the point in time: what it keeps from memory, or from
 * its disk tier, and what the guest has not changed yet from the guest's disk, which lies behind it
 * as backing file.
 *
 * A request enters all its clusters before it looks at anything: a copy that the hook stores there,
 * and with it the guest's write, then waits until the request has left. So the image that stands
 * when the request begins to read stands until it ends.
 *
 * Zeros that are kept need not be read anywhere: the data of a read is zeroed before anything else
 * is put there.
 *
 * With `copy-on-read` the clusters that lie wholly in a read are put into memory before (see
 * fill-chart.ts), and are then read there like any others. With `read-once` those of which a read
 * that succeeds has left nothing out are handed out by it (see acknowledge-chart.ts).
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import {
  advance,
  askClusters,
  askNode,
  askRun,
  call,
  done,
  failed,
  fork,
} from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";
import type { FleecingCacheParameters } from "./parameters.ts";

type Reply =
  | ("OK" | "INTACT" | "BROKEN" | "ALLOWED" | "DENIED")
  | ("IN_MEMORY" | "IN_DISK" | "IN_BACKING" | "ZEROES");
type Tiers = Pick<FleecingCacheParameters, "tiers">;

export function readChart({
  tiers,
  copyOnRead,
  readOnce,
}: Pick<FleecingCacheParameters, "tiers" | "copyOnRead" | "readOnce">): Chart {
  const ended = {
    DONE: "advancing",
    FAILED: { target: "giving up", actions: "remember" },
  } as const;
  const machine = requestSetup<Reply>().createMachine({
    id: "fleecing-cache/read",
    initial: copyOnRead ? "filling" : "entering",
    context: { errno: null },
    states: {
      ...(copyOnRead && {
        filling: { meta: fork("fill", "interior"), on: { DONE: "entering", FAILED: "entering" } },
      }),
      ...untilLocated(tiers, {
        allowed: { target: "locating", actions: { type: "move", params: ZEROED } },
        inMemory: "reading memory",
        inDisk: "reading disk",
        inBacking: "reading backing",
        zeroes: "advancing",
      }),
      "reading memory": { meta: call("memory", "read", "data", "span"), on: ended },
      ...(tiers && { "reading disk": { meta: call("disk", "read", "data", "span"), on: ended } }),
      "reading backing": { meta: call("backing", "read", "data", "span"), on: ended },
      advancing: {
        meta: advance(),
        on: { MORE: "locating", END: readOnce ? "handing out" : "leaving" },
      },
      ...(readOnce && {
        "handing out": {
          meta: askClusters("HAND", "whole"),
          on: { OK: "leaving", NONE: "leaving" },
        },
      }),
      ...endings,
    },
  });
  return requestChart("fleecing-cache/read", machine);
}

/** Speaks about the first run; whoever wants to know the rest asks again. */
export function blockStatusChart({ tiers }: Tiers): Chart {
  const told = {
    DATA: "leaving",
    ZERO: "leaving",
    FAILED: { target: "giving up", actions: "remember" },
  } as const;
  const machine = requestSetup<Reply>().createMachine({
    id: "fleecing-cache/block-status",
    initial: "entering",
    context: { errno: null },
    states: {
      ...untilLocated(tiers, {
        allowed: "locating",
        inMemory: "asking memory",
        inDisk: "asking disk",
        inBacking: "asking backing",
        zeroes: "answering",
      }),
      "asking memory": { meta: call("memory", "block-status", null, "span"), on: told },
      ...(tiers && {
        "asking disk": { meta: call("disk", "block-status", null, "span"), on: told },
      }),
      "asking backing": { meta: call("backing", "block-status", null, "span"), on: told },
      answering: { meta: askClusters("LEAVE"), on: { OK: "zeros" } },
      zeros: { type: "final", meta: done("zero", "span") },
      ...endings,
    },
  });
  return requestChart("fleecing-cache/block-status", machine);
}

const ZEROED = { from: "zero", to: "data" } as const;

/**
 * Who waited to enter must look only then whether the image still stands.
 * @param next how it goes on when it was let in, and by where the first run of clusters is
 */
function untilLocated<
  const Allowed,
  Memory extends string,
  Disk extends string,
  Backing extends string,
  Zeroes extends string,
>(
  tiers: boolean,
  next: {
    readonly allowed: Allowed;
    readonly inMemory: Memory;
    readonly inDisk: Disk;
    readonly inBacking: Backing;
    readonly zeroes: Zeroes;
  },
) {
  const { allowed, inMemory, inDisk, inBacking, zeroes } = next;
  return {
    entering: { meta: askClusters("ENTER"), on: { OK: "checking" } },
    checking: { meta: askNode("CHECK"), on: { INTACT: "admitting", BROKEN: "refusing" } },
    admitting: { meta: askClusters("ACCESS"), on: { ALLOWED: allowed, DENIED: "refusing" } },
    locating: {
      meta: askRun("LOCATE"),
      on: {
        ...{ IN_MEMORY: inMemory, IN_BACKING: inBacking, ZEROES: zeroes },
        ...(tiers && { IN_DISK: inDisk }),
      },
    },
  } as const;
}

const endings = {
  leaving: { meta: askClusters("LEAVE"), on: { OK: "done" } },
  "giving up": { meta: askClusters("LEAVE"), on: { OK: "failed" } },
  refusing: { meta: askClusters("LEAVE"), on: { OK: "denied" } },
  done: { type: "final", meta: done() },
  failed: { type: "final", meta: failed() },
  denied: { type: "final", meta: failed("EACCES") },
} as const;
