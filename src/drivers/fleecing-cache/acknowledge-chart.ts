/**
 * How a reader says that it has what it has read (the thread: "We even can combine read and discard
 * into one command, something like read-once").
 *
 * A read that releases what it returns would be the one command of the thread, and is not safe:
 * its reply may be lost on the way, or what the reader does with it may fail, and then the data is
 * gone. Whoever releases has to know that the reply has arrived, and only the reader knows. So with
 * `read-once` a read only marks what it has returned as handed out, and the reader's next flush
 * acknowledges all of it at once. One flush for any number of reads costs nothing, and a flush says
 * just that: in NBD, too, it is about requests whose replies have arrived. A reader that is in
 * doubt reads again before it flushes. From the flush on, reads of what it has acknowledged are
 * refused, and a guest's write there needs no copy.
 *
 * The flush waits for nobody. Who is reading an acknowledged cluster ends, and what is kept of it
 * stays in memory until a copy needs the room.
 */
import { acceptChart } from "../../chart/accept.ts";
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, call, done, failed } from "../../chart/effects.ts";
import { forwardChart } from "../../chart/forward.ts";
import { requestSetup } from "../../chart/request-setup.ts";
import type { FleecingCacheParameters } from "./parameters.ts";

const NAME = "fleecing-cache/flush";

export function flushChart({
  tiers,
  readOnce,
}: Pick<FleecingCacheParameters, "tiers" | "readOnce">): Chart {
  if (readOnce) return acknowledgeChart(tiers);
  return tiers ? forwardChart(NAME, "disk", "flush") : acceptChart(NAME);
}

/** What is handed out later, while the disk tier is flushed, is not acknowledged. */
function acknowledgeChart(tiers: boolean): Chart {
  const next = tiers ? "flushing disk" : "done";
  const machine = requestSetup<"OK">().createMachine({
    id: NAME,
    initial: "acknowledging",
    context: { errno: null },
    states: {
      acknowledging: { meta: askClusters("ACKNOWLEDGE", "all"), on: { OK: next, NONE: next } },
      ...(tiers && {
        "flushing disk": {
          meta: call("disk", "flush"),
          on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
        },
        failed: { type: "final", meta: failed() },
      }),
      done: { type: "final", meta: done() },
    },
  });
  return requestChart(NAME, machine);
}
