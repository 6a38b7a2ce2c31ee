/**
 * How a fleecing cache keeps what the hook saves, before the guest overwrites it.
 *
 * First room is made sure of for each cluster: one that is kept already is only marked as changed,
 * since it holds the same; one that nobody will ask for again is not kept at all. Then the request
 * takes its turn on all its clusters, so that nobody reads them meanwhile, the data goes into
 * memory, and only then are the clusters settled. In the other order who waits for room would keep
 * from its cluster the very reader that has to read it before it can make room.
 *
 * Without room the request fails, and the hook decides what that breaks; or it waits until there is
 * room; or the image is given up, readers under way are waited for, and the request succeeds.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import {
  advance,
  askAny,
  askClusters,
  askNode,
  askRun,
  call,
  done,
  failed,
  fork,
} from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";
import { type FleecingCacheParameters, mayDrop } from "./parameters.ts";

export function storeChart({ whenFull }: Pick<FleecingCacheParameters, "whenFull">): Chart {
  const name = "fleecing-cache/write";
  const breaks = whenFull === "break-snapshot";
  type Reply = "OK" | "INTACT" | "BROKEN" | "MISSING" | "STORE" | "SKIP";
  const machine = requestSetup<Reply>().createMachine({
    id: name,
    initial: "reserving",
    context: { errno: null },
    states: {
      reserving: {
        meta: fork("reserve"),
        on: {
          DONE: "serialising",
          FAILED: breaks ? "breaking" : { target: "abandoning", actions: "remember" },
        },
      },
      ...(breaks && { breaking: { meta: askNode("BREAK"), on: { OK: "serialising" } } }),
      serialising: { meta: askClusters("SERIALISE"), on: { OK: "checking" } },
      checking: { meta: askNode("CHECK"), on: { INTACT: "placing", BROKEN: "forgetting" } },
      placing: {
        meta: askRun("PLACE"),
        on: {
          STORE: "storing",
          SKIP: "advancing",
          MISSING: { target: "freeing", actions: { type: "blame", params: { errno: "EIO" } } },
        },
      },
      storing: {
        meta: call("memory", "write", "data", "span"),
        on: { DONE: "advancing", FAILED: { target: "freeing", actions: "remember" } },
      },
      advancing: { meta: advance(), on: { MORE: "placing", END: "settling" } },
      settling: { meta: askClusters("SETTLE"), on: { OK: "leaving" } },
      leaving: { meta: askClusters("FREE"), on: { OK: "done" } },
      forgetting: { meta: fork("abandon"), on: { DONE: "leaving", FAILED: "leaving" } },
      freeing: { meta: askClusters("FREE"), on: { OK: "abandoning" } },
      abandoning: { meta: fork("abandon"), on: { DONE: "failed", FAILED: "failed" } },
      done: { type: "final", meta: done() },
      failed: { type: "final", meta: failed() },
    },
  });
  return requestChart(name, machine);
}

/** Zeros need no room, so nothing can go wrong with them. If there was some for them it is free. */
export function storeZeroesChart(): Chart {
  const name = "fleecing-cache/write-zeroes";
  const machine = requestSetup<"OK" | "INTACT" | "BROKEN">().createMachine({
    id: name,
    initial: "serialising",
    context: { errno: null },
    states: {
      serialising: { meta: askClusters("SERIALISE"), on: { OK: "checking" } },
      checking: { meta: askNode("CHECK"), on: { INTACT: "placing", BROKEN: "leaving" } },
      placing: { meta: fork("zero"), on: { DONE: "settling", FAILED: "settling" } },
      settling: { meta: askClusters("SETTLE"), on: { OK: "leaving" } },
      leaving: { meta: askClusters("FREE"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
    },
  });
  return requestChart(name, machine);
}

/**
 * Makes sure that there is room for one cluster, if it needs any: it may be that it does not any
 * more when there is.
 *
 * Where memory is full of what readers have put there, or need no more, a cluster of theirs is
 * dropped, and its room goes straight to the one that is to be stored: in between nobody can have
 * it. One that was read since the last look at all of them is dropped only if there is no other
 * (as operating systems choose pages: not recently used, which comes near to the longest unused).
 */
export function reserveTaskChart(parameters: FleecingCacheParameters): Chart {
  const { whenFull, copyOnRead } = parameters;
  const drops = mayDrop(parameters);
  type Reply = "VACANT" | "NEEDLESS" | "TAKEN" | "FULL" | "DROPPED" | "OK";
  const machine = requestSetup<Reply>().createMachine({
    id: "fleecing-cache/reserve",
    initial: "planning",
    context: { errno: null },
    states: {
      planning: { meta: askClusters("PLAN"), on: { VACANT: "taking", NEEDLESS: "done" } },
      taking: {
        meta: askNode("TAKE"),
        on: {
          TAKEN: "reserving",
          ...(whenFull !== "wait" && { FULL: drops ? "dropping" : "full" }),
        },
      },
      ...(drops && {
        dropping: {
          meta: askAny("DROP"),
          on: { DROPPED: "reserving", NONE: copyOnRead ? "ageing" : "full" },
        },
      }),
      ...(copyOnRead && {
        ageing: { meta: askClusters("AGE", "all"), on: { OK: "dropping any" } },
        "dropping any": { meta: askAny("DROP"), on: { DROPPED: "reserving", NONE: "full" } },
      }),
      reserving: { meta: askClusters("RESERVE"), on: { OK: "done", NEEDLESS: "giving" } },
      giving: { meta: askNode("GIVE"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
      ...(whenFull !== "wait" && { full: { type: "final", meta: failed("ENOSPC") } }),
    },
  });
  return requestChart("fleecing-cache/reserve", machine);
}

/** A released cluster gives back its room in memory, and on the disk tier where that is counted. */
export function retireTaskChart({
  diskBudget,
}: Pick<FleecingCacheParameters, "diskBudget">): Chart {
  if (diskBudget === null) return giveBackTaskChart("RETIRE");
  const machine = requestSetup<"GONE" | "KEPT" | "OK">().createMachine({
    id: "fleecing-cache/retire",
    initial: "asking",
    context: { errno: null },
    states: {
      asking: { meta: askClusters("RETIRE"), on: { GONE: "giving", KEPT: "asking disk" } },
      giving: { meta: askNode("GIVE"), on: { OK: "asking disk" } },
      "asking disk": {
        meta: askClusters("RETIRE_DISK"),
        on: { GONE: "giving disk", KEPT: "done" },
      },
      "giving disk": { meta: askNode("GIVE_DISK"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
    },
  });
  return requestChart("fleecing-cache/retire", machine);
}

/** Gives the room of one cluster back, if `event` finds that it does not need it any more. */
export function giveBackTaskChart(event: "ABANDON" | "RETIRE" | "ZERO"): Chart {
  const name = `fleecing-cache/${event.toLowerCase()}`;
  const machine = requestSetup<"GONE" | "KEPT" | "OK">().createMachine({
    id: name,
    initial: "asking",
    context: { errno: null },
    states: {
      asking: { meta: askClusters(event), on: { GONE: "giving", KEPT: "done" } },
      giving: { meta: askNode("GIVE"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
    },
  });
  return requestChart(name, machine);
}
