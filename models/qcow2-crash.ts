/**
 * Power cuts while a qcow2 image is used: the order in which metadata gets into the file.
 *
 * Guests write and discard, others flush, and the power may be cut at any time. What a crash leaves
 * must be an image in which `qemu-img check` finds leaks at most, with everything in it that was
 * flushed. It does not matter which of the writes since the last flush of the file got there.
 *
 * The rules are those of section 4.4 of the reference, each naive order a mutant. QEMU has them as
 * dependencies between its two caches (block/qcow2-cache.c); here a commit has two phases. Which
 * function of src/storage/qcow2 each chart is, is said in qcow2-charts.ts; that the implementation
 * does nothing that the charts do not is test/storage/qcow2/follows-model.test.ts.
 */
import { bypass, reanswer } from "../src/chart/mutate.ts";
import {
  type FormatActor,
  type FormatSketch,
  GUEST_CLUSTER,
  HOST_CLUSTER,
} from "../src/system/format-sketch.ts";
import {
  COMMIT_AT_ONCE,
  commitChart,
  DISCARD_AT_ONCE,
  discardChart,
  guestClusterChart,
  guestReply,
  hostClusterChart,
  hostReply,
  RELEASE_AT_ONCE,
  releaseChart,
  WRITE_AT_ONCE,
  writeChart,
} from "./qcow2-charts.ts";
import { copiesEntriesLate, entriesFirst, freesFirst, mapsFirst } from "./qcow2-mutations.ts";

export const WRITER: Omit<FormatActor, "instances"> = {
  name: "writer",
  chart: writeChart(),
  atOnce: WRITE_AT_ONCE,
  chooses: "guest",
  request: "write",
};

export const DISCARDER: FormatActor = {
  name: "discarder",
  instances: 1,
  chart: discardChart(),
  atOnce: DISCARD_AT_ONCE,
  chooses: "guest",
  request: "discard",
};

export const COMMITTER: FormatActor = {
  name: "commit",
  instances: 1,
  chart: commitChart(),
  atOnce: COMMIT_AT_ONCE,
  chooses: "guest",
  request: "commit",
};

export const RELEASER: FormatActor = {
  name: "release",
  instances: 1,
  chart: releaseChart(),
  atOnce: RELEASE_AT_ONCE,
  chooses: "host",
  request: "other",
};

export const qcow2Crash: FormatSketch = {
  name: "qcow2-crash",
  title: "The power is cut while a qcow2 image is used",
  idea:
    "A refcount grows in the file before an entry names the cluster, and shrinks after no entry " +
    "does; data is there before its entry. So a crash leaks clusters at most.",
  parameters: {
    guests: { description: "guest clusters", default: 2, min: 1, max: 4 },
    hosts: { description: "host clusters for data", default: 2, min: 1, max: 4 },
    writers: { description: "writes at once", default: 2, min: 1, max: 4 },
    values: { description: "values that can be written", default: 1, min: 1, max: 3 },
  },
  build: ({ guests = 2, hosts = 2, writers = 2, values = 1 }) => ({
    name: "qcow2-crash",
    guests: { count: guests, chart: guestClusterChart() },
    hosts: { count: hosts, chart: hostClusterChart(writers), free: "free" },
    values,
    actors: [{ ...WRITER, instances: writers }, DISCARDER, COMMITTER, RELEASER],
    promises: [],
  }),
  properties: ["crash-leaves-leaks-at-most", "crash-keeps-flushed-data"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "frees-before-unmapping",
      statement:
        "a discard frees the host cluster, which may flush, and changes the entry then (H44)",
      part: "discarder",
      change: freesFirst,
      caughtBy: "crash-leaves-leaks-at-most",
      steps: 15,
    },
    {
      name: "entries-before-refcounts",
      statement: "a commit writes entries first, and then the refcounts of what they name",
      part: "commit",
      change: entriesFirst,
      caughtBy: "crash-leaves-leaks-at-most",
      steps: 6,
    },
    {
      name: "no-line-before-entries",
      statement: "a commit does not wait for refcounts and data to be stable before the entries",
      part: "commit",
      change: (chart) => bypass(chart, "syncing refcounts", "DONE"),
      caughtBy: "crash-leaves-leaks-at-most",
      steps: 7,
    },
    {
      name: "entries-copied-late",
      statement: "a commit copies the entries when their turn to be written has come",
      part: "commit",
      change: copiesEntriesLate,
      caughtBy: "crash-leaves-leaks-at-most",
      steps: 8,
    },
    {
      name: "no-line-behind-entries",
      statement:
        "a commit ends, and clusters are free, before the entries that it wrote are stable",
      part: "commit",
      change: (chart) => bypass(chart, "syncing mapping", "DONE"),
      caughtBy: "crash-keeps-flushed-data",
      steps: 8,
    },
    {
      name: "free-without-commit",
      statement: "a host cluster is free as soon as no entry in memory names it",
      part: HOST_CLUSTER,
      change: (chart) =>
        reanswer(chart, "taken", "GIVE_UP", { target: "unreferred", actions: [hostReply] }),
      caughtBy: "crash-keeps-flushed-data",
      steps: 14,
    },
    {
      name: "joins-commit-under-way",
      statement: "what is given up while a commit is under way is free once that has ended",
      part: HOST_CLUSTER,
      change: (chart) =>
        reanswer(chart, "given up", "COMMITTED", { target: "unreferred", actions: [hostReply] }),
      caughtBy: "crash-keeps-flushed-data",
      steps: 15,
    },
    {
      name: "mapped-before-written",
      statement: "the entry names a host cluster whose data is not in the file yet",
      part: "writer",
      change: mapsFirst,
      caughtBy: "crash-keeps-flushed-data",
      steps: 17,
    },
    {
      name: "two-places",
      statement: "a write does not wait for another one that gets a place for the same cluster",
      part: GUEST_CLUSTER,
      change: (chart) => reanswer(chart, "placing", "WRITE", { actions: [guestReply("NEW")] }),
      caughtBy: "bounds",
      steps: 6,
    },
  ],
};
