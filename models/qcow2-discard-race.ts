/**
 * A discard frees a host cluster while others are busy with it (H60).
 *
 * A write that goes on in place, or a read, has looked up where its guest cluster is and is under
 * way to the file; meanwhile a discard takes the cluster from it, and a write to another guest
 * cluster gets it. QEMU has no answer to that up to this day: seven versions of one were posted in
 * 2021. Here a host cluster is free again only when everybody who found it has left, and the hole
 * that is punched in its place is part of that: who punches later hits the next owner.
 *
 * No queue orders requests of one cluster in this model, as none does in QEMU. In src/storage a
 * request meets another one of the same bytes nowhere (queue.ts), but of the same cluster it does.
 */
import { bypass, reanswer, redirect } from "../src/chart/mutate.ts";
import type { FormatSketch } from "../src/system/format-sketch.ts";
import { HOST_CLUSTER } from "../src/system/format-sketch.ts";
import {
  guestClusterChart,
  hostClusterChart,
  hostReply,
  READ_AT_ONCE,
  readChart,
} from "./qcow2-charts.ts";
import { COMMITTER, DISCARDER, RELEASER, WRITER } from "./qcow2-crash.ts";
import { freeBeforeHole } from "./qcow2-mutations.ts";

export const qcow2DiscardRace: FormatSketch = {
  name: "qcow2-discard-race",
  title: "A discard frees a host cluster that others are busy with",
  idea:
    "Whoever has found a host cluster is counted until its I/O has ended; one that was given up " +
    "changes hands only when nobody is counted, no entry in the file names it, and its hole is " +
    "punched.",
  parameters: {
    guests: { description: "guest clusters", default: 2, min: 1, max: 4 },
    hosts: { description: "host clusters for data", default: 2, min: 1, max: 4 },
    writers: { description: "writes at once", default: 2, min: 1, max: 4 },
    readers: { description: "reads at once", default: 1, min: 1, max: 4 },
  },
  build: ({ guests = 2, hosts = 2, writers = 2, readers = 1 }) => ({
    name: "qcow2-discard-race",
    guests: { count: guests, chart: guestClusterChart() },
    hosts: { count: hosts, chart: hostClusterChart(writers + readers), free: "free" },
    values: 1,
    actors: [
      { ...WRITER, instances: writers },
      {
        name: "reader",
        instances: readers,
        chart: readChart(),
        atOnce: READ_AT_ONCE,
        chooses: "guest",
        request: "read",
      },
      ...[DISCARDER, COMMITTER, RELEASER],
    ],
    promises: [
      { name: "reads-end", statement: "Every read ends at last.", actor: "reader" },
      { name: "flushes-end", statement: "Every flush ends at last.", actor: "commit" },
    ],
  }),
  properties: ["guest-reads-its-own"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "nobody-is-waited-for",
      statement: "a host cluster is free although somebody who found it is busy with it (H60)",
      part: HOST_CLUSTER,
      change: (chart) =>
        reanswer(chart, "unreferred", "PUNCH", { target: "punching", actions: [hostReply] }),
      caughtBy: "guest-reads-its-own",
      steps: 12,
    },
    {
      name: "reader-is-not-counted",
      statement: "a read does not say that it is busy with a host cluster",
      part: "reader",
      change: (chart) => redirect(bypass(chart, "entering", "OK"), "reading", "DONE", "choosing"),
      caughtBy: "guest-reads-its-own",
      steps: 12,
    },
    {
      name: "writer-is-not-counted",
      statement: "a write in place does not say that it is busy with a host cluster",
      part: "writer",
      change: (chart) =>
        redirect(bypass(chart, "entering", "OK"), "writing in place", "DONE", "choosing"),
      caughtBy: "guest-reads-its-own",
      steps: 18,
    },
    {
      name: "free-before-hole",
      statement: "a host cluster is free for others before the hole in its place is punched",
      part: HOST_CLUSTER,
      change: freeBeforeHole,
      caughtBy: "guest-reads-its-own",
      steps: 15,
    },
    {
      name: "reader-stays-counted",
      statement: "a read ends without saying that it has left",
      part: "reader",
      change: (chart) => bypass(chart, "leaving", "OK"),
      caughtBy: "bounds",
      steps: 10,
    },
  ],
};
