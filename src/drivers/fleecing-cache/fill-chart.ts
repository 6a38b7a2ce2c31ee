/**
 * How a fleecing cache puts a cluster that a reader is about to read into memory (the thread: "COR,
 * we can cache clusters not only on writes but on reads too, if we have free space in ram-cache").
 *
 * It keeps nobody waiting: it takes no turn, and the cluster is not entered. It reads the guest's
 * disk first and looks again afterwards. If the cluster has not been changed by then, what was read
 * is of the point in time, because a copy settles before the guest's write goes on; else it is
 * thrown away. Only then is room taken, and the cluster claimed.
 *
 * So a copy that the hook stores may come while the data is on its way into memory. It takes over
 * the room, and writes the same bytes itself; whichever of the two lands last changes nothing.
 * Until one of them has landed, readers go to the disk.
 *
 * Where the disk says that there are only zeros, these are remembered, and need no room.
 *
 * A fill is nobody's duty. Where there is no room it is not tried, and one that fails is forgotten:
 * the read that it was for goes on without it.
 */
import { type Chart, requestChart } from "../../chart/chart.ts";
import { askClusters, askNode, call, done } from "../../chart/effects.ts";
import { requestSetup } from "../../chart/request-setup.ts";

type Reply =
  | ("VACANT" | "NEEDLESS" | "GONE" | "KEPT" | "OK")
  | ("ROOM" | "FULL" | "TAKEN" | "INTACT" | "BROKEN");

/** One cluster. Room is taken only when the data is there: until then a copy may need it more. */
export function fillTaskChart(): Chart {
  const machine = requestSetup<Reply>().createMachine({
    id: "fleecing-cache/fill",
    initial: "planning",
    context: { errno: null },
    states: {
      planning: { meta: askClusters("WANT"), on: { VACANT: "inspecting", NEEDLESS: "done" } },
      inspecting: {
        meta: call("backing", "block-status"),
        on: { DATA: "looking", ZERO: "checking zeros", FAILED: "looking" },
      },
      "checking zeros": {
        meta: askNode("CHECK"),
        on: { INTACT: "deciding zeros", BROKEN: "done" },
      },
      "deciding zeros": {
        meta: askClusters("WANT"),
        on: { VACANT: "marking zeros", NEEDLESS: "done" },
      },
      "marking zeros": { meta: askClusters("ZERO"), on: { KEPT: "done", GONE: "giving" } },
      looking: { meta: askNode("LOOK"), on: { ROOM: "reading", FULL: "done" } },
      reading: { meta: call("backing", "read", "old"), on: { DONE: "checking", FAILED: "done" } },
      checking: { meta: askNode("CHECK"), on: { INTACT: "deciding", BROKEN: "done" } },
      deciding: { meta: askClusters("WANT"), on: { VACANT: "taking", NEEDLESS: "done" } },
      taking: { meta: askNode("TAKE"), on: { TAKEN: "claiming", FULL: "done" } },
      claiming: { meta: askClusters("FILL"), on: { OK: "writing" } },
      writing: {
        meta: call("memory", "write", "old"),
        on: { DONE: "landing", FAILED: "giving up" },
      },
      landing: { meta: askClusters("FILLED"), on: { OK: "done" } },
      "giving up": { meta: askClusters("UNFILL"), on: { GONE: "giving", KEPT: "done" } },
      giving: { meta: askNode("GIVE"), on: { OK: "done" } },
      done: { type: "final", meta: done() },
    },
  });
  return requestChart("fleecing-cache/fill", machine);
}
