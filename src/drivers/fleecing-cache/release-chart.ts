/**
 * How a reader says that it will not ask for some clusters again (the thread's "discard operation
 * in fleecing cache"): later reads of them are refused, and the memory that they take is free.
 *
 * Only clusters of which the request leaves nothing out count; a discard of a part of a cluster
 * does nothing. But the last cluster of a disk may be cut short, and whoever discards up to the end
 * of the disk has all of it: so that everything can be released (QEMU's views count clusters of
 * full length only, rule C11, and keep such a rest for ever). Who is reading them ends first. That
 * the tiers forget what they kept is a hint, which may fail.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, fork } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";
import type { FleecingCacheParameters } from "./parameters.ts";

export function releaseChart({ tiers }: Pick<FleecingCacheParameters, "tiers">): Chart {
  const next = tiers ? "discarding disk" : "retiring";
  const machine = requestSetup<"OK">().createMachine({
    id: "fleecing-cache/discard",
    initial: "serialising",
    context: { errno: null },
    states: {
      serialising: {
        meta: askClusters("SERIALISE", "whole"),
        on: { OK: "excluding", NONE: "done" },
      },
      excluding: { meta: askClusters("EXCLUDE", "whole"), on: { OK: "discarding" } },
      discarding: {
        meta: call("memory", "discard", null, "whole"),
        on: { DONE: next, FAILED: next },
      },
      ...(tiers && {
        "discarding disk": {
          meta: call("disk", "discard", null, "whole"),
          on: { DONE: "retiring", FAILED: "retiring" },
        },
      }),
      retiring: { meta: fork("retire"), on: { DONE: "freeing", FAILED: "freeing" } },
      freeing: { meta: askClusters("FREE", "whole"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
    },
  });
  return requestChart("fleecing-cache/discard", machine);
}
