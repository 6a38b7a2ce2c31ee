/**
 * The yardstick: image fleecing reduced to what can go wrong with one cluster, of which there are
 * several. Other checkers have it too (bench/check), and count the same states.
 */
import { bypass, reanswer, redirect } from "../src/chart/mutate.ts";
import type { Sketch } from "../src/system/sketch.ts";
import { clusterChart, guestChart, readerChart, reply } from "./fleece-charts.ts";

export const fleece: Sketch = {
  name: "fleece",
  title: "Image fleecing, one cluster at a time",
  idea:
    "Guests write, readers read the image as it was at the beginning. Whoever writes a cluster " +
    "first saves what was there to the cache, and waits for readers that still use the disk; " +
    "readers go to the cache where the cluster was saved, and to the disk where it was not.",
  parameters: {
    clusters: { description: "clusters of the disk", default: 2, min: 1, max: 16 },
    guests: { description: "guest writes at once", default: 2, min: 1, max: 16 },
    readers: { description: "reads of the view at once", default: 2, min: 1, max: 16 },
    values: { description: "values that a cluster can have", default: 2, min: 2, max: 16 },
  },
  build: ({ clusters = 2, guests = 2, readers = 2, values = 2 }) => ({
    name: "fleece",
    cells: { name: "cluster", count: clusters, chart: clusterChart(readers) },
    values,
    stores: [
      { name: "disk", initial: 0 },
      // Nothing that a reader may ever see: so it shows if the cache is read before it is written.
      { name: "cache", initial: 1 },
    ],
    actors: [
      {
        name: "guest",
        instances: guests,
        chart: guestChart(),
        // Claiming loads the old data, and saving it settles the cluster, each in one step.
        atOnce: ["loading", "settling"],
        view: null,
      },
      {
        name: "reader",
        instances: readers,
        chart: readerChart(),
        // Choosing finds out where to read, and the disk is let go as soon as it was read.
        atOnce: ["locating", "thawing"],
        view: "disk",
      },
    ],
    promises: [
      {
        name: "guest-requests-end",
        statement: "Every guest request ends at last.",
        actor: "guest",
      },
    ],
  }),
  properties: ["view-equals-point-in-time"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "guest-does-not-drain",
      statement: "the guest writes without waiting for reads that still use the disk",
      part: "cluster",
      change: (chart) => reanswer(chart, "copied", "DRAINED", { actions: [reply("OK")] }),
      caughtBy: "view-equals-point-in-time",
      steps: 7,
    },
    {
      name: "guest-does-not-save",
      statement: "a cluster counts as copied although nothing was written to the cache",
      part: "guest",
      change: (chart) => bypass(chart, "saving", "DONE"),
      caughtBy: "view-equals-point-in-time",
      steps: 4,
    },
    {
      name: "guest-does-not-settle",
      statement: "a cluster that was saved is never marked copied",
      part: "guest",
      change: (chart) => bypass(chart, "settling", "OK"),
      caughtBy: "view-equals-point-in-time",
      steps: 7,
    },
    {
      name: "claim-does-not-wait",
      statement: "a guest does not wait for another one that is copying the same cluster",
      part: "cluster",
      change: (chart) => reanswer(chart, "copying", "CLAIM", { actions: [reply("ALREADY")] }),
      caughtBy: "view-equals-point-in-time",
      steps: 8,
    },
    {
      name: "copied-is-copied-again",
      statement: "a second write to a cluster saves once more, and what it saves is new data",
      part: "cluster",
      change: (chart) =>
        reanswer(chart, "copied", "CLAIM", { target: "copying", actions: [reply("GRANTED")] }),
      caughtBy: "view-equals-point-in-time",
      steps: 9,
    },
    {
      name: "cache-is-read-too-early",
      statement: "readers go to the cache while the cluster is still being copied",
      part: "cluster",
      change: (chart) => reanswer(chart, "copying", "READ", { actions: [reply("FROM_CACHE")] }),
      caughtBy: "view-equals-point-in-time",
      steps: 4,
    },
    {
      name: "reader-does-not-thaw",
      statement: "a read of the disk ends without letting the cluster go",
      part: "reader",
      change: (chart) => bypass(chart, "thawing", "OK"),
      caughtBy: "bounds",
      steps: 4,
    },
    {
      name: "reader-ignores-cache",
      statement: "readers read the disk although they were sent to the cache",
      part: "reader",
      change: (chart) => redirect(chart, "locating", "FROM_CACHE", "reading disk"),
      caughtBy: "bounds",
      steps: 5,
    },
    {
      name: "thaw-is-lost",
      statement: "a read of the disk that outlives the copy is never counted as ended",
      part: "cluster",
      change: (chart) => reanswer(chart, "copied", "THAW", { actions: [reply("OK")] }),
      caughtBy: "guest-requests-end",
      steps: null,
    },
    {
      name: "copied-claim-is-not-answered",
      statement: "who claims a cluster that is copied already waits for ever",
      part: "cluster",
      change: (chart) => reanswer(chart, "copied", "CLAIM", null),
      caughtBy: "guest-requests-end",
      steps: null,
    },
  ],
};
