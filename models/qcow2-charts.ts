/**
 * The charts of the qcow2 allocation protocol, as src/storage/qcow2 follows it.
 *
 *     guest cluster    what mapping.ts has in memory of it, and whether cluster-locks.ts holds it
 *     host cluster     its refcount in memory (refcounts.ts), and who waits for it to be free:
 *                      `Qcow2Image.giveUp` and what follows it (image.ts)
 *     writing          `writePiece` (write-piece.ts)
 *     discarding       `zeroCluster` (zero-piece.ts), for discards and write-zeroes
 *     reading          `readPiece` (read-piece.ts)
 *     committing       `Qcow2Image.#runCommit` and `commitSteps` (commit.ts), for flushes
 *     releasing        `Qcow2Image.#release`, with the hole that is punched before
 *
 * A new L2 table and the L1 entry that names it are to commit.ts what data and an L2 entry are: the
 * first is written with the refcounts, the other one comes after them. So they are the same here.
 */
import { assign, emit, setup } from "xstate";
import { z } from "zod";
import { type Chart, requestChart, stateChart } from "../src/chart/chart.ts";
import { askAny, askClusters, call, choose } from "../src/chart/effects.ts";
import { requestSetup } from "../src/chart/request-setup.ts";

const GUEST_REPLIES = ["IN_PLACE", "NEW", "MAPPED", "ABSENT", "OK"] as const;
const HOST_REPLIES = ["OK"] as const;

/** How a transition of the guest clusters' chart replies. */
export const guestReply = (type: (typeof GUEST_REPLIES)[number]) =>
  ({ type: "reply", params: { type } }) as const;
/** How one of the host clusters' chart replies. */
export const hostReply = { type: "reply", params: { type: "OK" } } as const;

/** What memory knows of a guest cluster. While it gets its place, others who write it wait. */
export function guestClusterChart(): Chart {
  const absent = {
    DISCARD: { actions: guestReply("ABSENT") },
    READ: { actions: guestReply("ABSENT") },
  };
  const machine = setup({
    types: {} as {
      events: { type: "WRITE" | "PLACED" | "FULL" | "DISCARD" | "READ" };
      emitted: { type: (typeof GUEST_REPLIES)[number] };
    },
    actions: { reply: emit((_, params: { type: (typeof GUEST_REPLIES)[number] }) => params) },
  }).createMachine({
    id: "qcow2-format/guest-cluster",
    initial: "absent",
    states: {
      absent: { on: { ...absent, WRITE: { target: "placing", actions: guestReply("NEW") } } },
      placing: {
        on: {
          ...absent,
          PLACED: { target: "mapped", actions: guestReply("OK") },
          FULL: { target: "absent", actions: guestReply("OK") },
        },
      },
      mapped: {
        on: {
          WRITE: { actions: guestReply("IN_PLACE") },
          DISCARD: { target: "absent", actions: guestReply("MAPPED") },
          READ: { actions: guestReply("MAPPED") },
        },
      },
    },
  });
  return stateChart("cluster", "qcow2-format/guest-cluster", machine, GUEST_REPLIES);
}

/**
 * What becomes of a host cluster: it is free again when no entry in the file names it, nobody who
 * found it before is still busy with it, and the hole in its place is punched.
 *
 * @param users how many may be busy with one at once
 */
export function hostClusterChart(users: number): Chart {
  const machine = setup({
    types: {} as {
      context: { users: number };
      events: {
        type:
          | ("TAKE" | "GIVE_UP" | "BEGIN" | "COMMITTED" | "PUNCH" | "RELEASE")
          | ("ENTER" | "LEAVE");
      };
      emitted: { type: (typeof HOST_REPLIES)[number] };
    },
    actions: {
      reply: emit((_, params: { type: (typeof HOST_REPLIES)[number] }) => params),
      enter: assign({ users: ({ context }) => context.users + 1 }),
      leave: assign({ users: ({ context }) => context.users - 1 }),
    },
    guards: { idle: ({ context }) => context.users === 0 },
  }).createMachine({
    id: "qcow2-format/host-cluster",
    initial: "free",
    context: { users: 0 },
    states: {
      free: { on: { TAKE: { target: "taken", actions: hostReply } } },
      taken: {
        on: {
          ENTER: { actions: ["enter", hostReply] },
          GIVE_UP: { target: "given up", actions: hostReply },
        },
      },
      "given up": { on: { BEGIN: { target: "leaving", actions: hostReply } } },
      leaving: { on: { COMMITTED: { target: "unreferred", actions: hostReply } } },
      unreferred: { on: { PUNCH: { guard: "idle", target: "punching", actions: hostReply } } },
      punching: { on: { RELEASE: { target: "free", actions: hostReply } } },
    },
    on: {
      BEGIN: { actions: hostReply },
      COMMITTED: { actions: hostReply },
      LEAVE: { actions: ["leave", hostReply] },
    },
  });
  const context = z.strictObject({ users: z.int().min(0).max(users) });
  return stateChart("cluster", "qcow2-format/host-cluster", machine, HOST_REPLIES, context);
}

/** A write: in place where there is one, else to a host cluster that is taken for it. */
export function writeChart(): Chart {
  const machine = requestSetup<"IN_PLACE" | "NEW" | "OK">().createMachine({
    id: "qcow2-format/write",
    initial: "choosing",
    context: { errno: null },
    states: {
      choosing: { meta: choose("address-and-value"), on: { CHOSEN: "looking up" } },
      "looking up": { meta: askClusters("WRITE"), on: { IN_PLACE: "finding", NEW: "taking" } },
      finding: { meta: call("entry", "read"), on: { DONE: "entering" } },
      entering: { meta: askClusters("ENTER"), on: { OK: "writing in place" } },
      "writing in place": { meta: call("cluster", "write", "data"), on: { DONE: "leaving" } },
      leaving: { meta: askClusters("LEAVE"), on: { OK: "choosing" } },
      taking: { meta: askAny("TAKE"), on: { OK: "writing", NONE: "full" } },
      full: { meta: askClusters("FULL"), on: { OK: "choosing" } },
      writing: { meta: call("cluster", "write", "data"), on: { DONE: "mapping" } },
      mapping: { meta: call("entry", "write"), on: { DONE: "placing" } },
      placing: { meta: askClusters("PLACED"), on: { OK: "choosing" } },
    },
  });
  return requestChart("qcow2-format/write", machine);
}

/** All of a write but its waits: from its place on it goes on when the data is in the file. */
export const WRITE_AT_ONCE = [
  ...["finding", "entering", "leaving"],
  ...["taking", "full", "mapping", "placing"],
];

/** A discard of a whole cluster: first the entry is changed, then the host cluster is given up. */
export function discardChart(): Chart {
  const machine = requestSetup<"MAPPED" | "ABSENT" | "OK">().createMachine({
    id: "qcow2-format/discard",
    initial: "choosing",
    context: { errno: null },
    states: {
      choosing: { meta: choose("address"), on: { CHOSEN: "looking up" } },
      "looking up": { meta: askClusters("DISCARD"), on: { MAPPED: "finding", ABSENT: "choosing" } },
      finding: { meta: call("entry", "read"), on: { DONE: "unmapping" } },
      unmapping: { meta: call("entry", "discard"), on: { DONE: "giving up" } },
      "giving up": { meta: askClusters("GIVE_UP"), on: { OK: "choosing" } },
    },
  });
  return requestChart("qcow2-format/discard", machine);
}

/** A discard never waits: it is over before anybody else gets a turn. */
export const DISCARD_AT_ONCE = ["looking up", "finding", "unmapping", "giving up"];

export function readChart(): Chart {
  const machine = requestSetup<"MAPPED" | "ABSENT" | "OK">().createMachine({
    id: "qcow2-format/read",
    initial: "choosing",
    context: { errno: null },
    states: {
      choosing: { meta: choose("address"), on: { CHOSEN: "looking up" } },
      "looking up": { meta: askClusters("READ"), on: { MAPPED: "finding", ABSENT: "choosing" } },
      finding: { meta: call("entry", "read"), on: { DONE: "entering" } },
      entering: { meta: askClusters("ENTER"), on: { OK: "reading" } },
      reading: { meta: call("cluster", "read", "data"), on: { DONE: "leaving" } },
      leaving: { meta: askClusters("LEAVE"), on: { OK: "choosing" } },
    },
  });
  return requestChart("qcow2-format/read", machine);
}

export const READ_AT_ONCE = ["looking up", "finding", "entering", "leaving"];

/** A flush: copies of all tables, in two phases with a line between them and one behind. */
export function commitChart(): Chart {
  const machine = requestSetup<"OK">().createMachine({
    id: "qcow2-format/commit",
    initial: "resting",
    context: { errno: null },
    states: {
      resting: { meta: choose("request"), on: { CHOSEN: "beginning" } },
      beginning: { meta: askClusters("BEGIN", "all"), on: { OK: "copying refcounts" } },
      "copying refcounts": {
        meta: call("refcounts", "read", "old"),
        on: { DONE: "copying mapping" },
      },
      "copying mapping": {
        meta: call("mapping", "read", "old"),
        on: { DONE: "writing refcounts" },
      },
      "writing refcounts": {
        meta: call("refcounts", "write", "old"),
        on: { DONE: "syncing refcounts" },
      },
      "syncing refcounts": { meta: call("file", "flush"), on: { DONE: "writing mapping" } },
      "writing mapping": {
        meta: call("mapping", "write", "old"),
        on: { DONE: "syncing mapping", NONE: "ending" },
      },
      "syncing mapping": { meta: call("file", "flush"), on: { DONE: "ending" } },
      ending: { meta: askClusters("COMMITTED", "all"), on: { OK: "resting" } },
    },
  });
  return requestChart("qcow2-format/commit", machine);
}

export const COMMIT_AT_ONCE = ["beginning", "copying refcounts", "copying mapping", "ending"];

/** One host cluster that nothing in the file names any more: a hole is punched, then it is free. */
export function releaseChart(): Chart {
  const machine = requestSetup<"OK">().createMachine({
    id: "qcow2-format/release",
    initial: "choosing",
    context: { errno: null },
    states: {
      choosing: { meta: choose("address"), on: { CHOSEN: "claiming" } },
      claiming: { meta: askClusters("PUNCH"), on: { OK: "punching" } },
      punching: { meta: call("cluster", "discard"), on: { DONE: "releasing" } },
      releasing: { meta: askClusters("RELEASE"), on: { OK: "choosing" } },
    },
  });
  return requestChart("qcow2-format/release", machine);
}

export const RELEASE_AT_ONCE = ["claiming", "releasing"];
