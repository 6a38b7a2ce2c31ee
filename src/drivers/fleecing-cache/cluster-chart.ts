/**
 * What a fleecing cache remembers about one cluster: the characteristics of the thread ("Benefits,
 * or, what can be done", 1), and who is using it.
 *
 *     changed   whether the guest has changed the cluster since the point in time
 *     copy      needed, until the reader says that it will not ask again; then it is released.
 *               Where it says so without a word of which clusters, those that it has read are
 *               handed out before
 *     memory    out       not kept there
 *               filling   there is room for it, and what a reader has read is on its way there
 *               reserved  there is room for it, but not yet its data
 *               in        kept there
 *               zero      known to be zeros, which take no room
 *     disk      whether it is kept there, where memory had no room for it any more
 *     recency   whether somebody has read it there since it was last asked what is old
 *     busy      how many requests are reading it
 *     turn      free, or taken by a request that stores, releases or evicts
 *
 * Two events have states in which nobody handles them, and that is what waiting means here: ENTER
 * while the turn is taken, and SERIALISE while anybody uses the cluster. DROP is offered to any
 * cluster, and handled by one that is in memory for readers only, of whom none is reading it: from
 * the moment on in which a copy counts on it (PLAN) it is as good as changed. Such a cluster is
 * what guests may read as well (PEEK), until one of them is about to change it (CHANGE). One that
 * was read lately handles no DROP either, until all are told that time has passed (AGE). DROP is
 * also handled by one that was released and whose room nobody has given back.
 *
 * RECOMMEND asks when a reader who reads everything should come to the cluster (the thread,
 * "Benefits", 7): FIRST to what is in memory, whose room others need; to what is on the disk tier
 * EARLY or LATE, as an option says; LAST to zeros, which take no room; and not at all to what it
 * has released.
 */
import { and, assign, emit, not, or, setup, stateIn } from "xstate";
import { type Chart, stateChart } from "../../chart/chart.ts";
import { RECOMMENDATIONS, type Recommendation } from "../../vocabulary.ts";
import { BUSY, busyContext, TURN } from "../turn.ts";
import type { FleecingCacheParameters } from "./parameters.ts";

type ClusterEvent =
  | { type: "ENTER" }
  | { type: "LEAVE" }
  | { type: "SERIALISE" }
  | { type: "FREE" }
  | { type: "ACCESS" }
  | { type: "EXCLUDE" }
  | { type: "HAND" }
  | { type: "ACKNOWLEDGE" }
  | { type: "LOCATE" }
  | { type: "PLAN" }
  | { type: "RESERVE" }
  | { type: "PLACE" }
  | { type: "SETTLE" }
  | { type: "ABANDON" }
  | { type: "RETIRE" }
  | { type: "ZERO" }
  | { type: "EVICT" }
  | { type: "SPILLED" }
  | { type: "WANT" }
  | { type: "FILL" }
  | { type: "FILLED" }
  | { type: "UNFILL" }
  | { type: "DROP" }
  | { type: "AGE" }
  | { type: "RECOMMEND" }
  | { type: "PEEK" }
  | { type: "RETIRE_DISK" }
  | { type: "CHANGE" };

/** In order of precedence: one denied cluster denies the whole request. */
const REPLIES = [
  ...["DENIED", "ALLOWED"],
  ...["IN_BACKING", "IN_DISK", "IN_MEMORY", "ZEROES"],
  ...["VACANT", "NEEDLESS"],
  ...["MISSING", "STORE", "SKIP"],
  ...["MISS", "HIT"],
  ...["SPILL", "DROPPED", "GONE", "KEPT", "OK"],
  ...RECOMMENDATIONS,
] as const;
type ClusterReply =
  | ("DENIED" | "ALLOWED")
  | ("IN_BACKING" | "IN_DISK" | "IN_MEMORY" | "ZEROES")
  | ("VACANT" | "NEEDLESS")
  | ("MISSING" | "STORE" | "SKIP")
  | ("MISS" | "HIT")
  | ("SPILL" | "DROPPED" | "GONE" | "KEPT" | "OK")
  | Recommendation;

const reply = (type: ClusterReply) => ({ type: "reply", params: { type } }) as const;

/** What a fill is answered where it has come too late, or has nothing to do. */
const NO_FILL = {
  WANT: { actions: reply("NEEDLESS") },
  FILLED: { actions: reply("OK") },
  UNFILL: { actions: reply("KEPT") },
  PEEK: { actions: reply("MISS") },
} as const;

/** Whoever has released the cluster gives its room back. */
const RETIRE = [
  { guard: "released", target: "out", actions: reply("GONE") },
  { actions: reply("KEPT") },
] as const;

const out = {
  LOCATE: [{ guard: "on disk", actions: reply("IN_DISK") }, { actions: reply("IN_BACKING") }],
  PLAN: [{ guard: "needless", actions: reply("NEEDLESS") }, { actions: reply("VACANT") }],
  RESERVE: [
    { guard: "needless", actions: reply("NEEDLESS") },
    { target: "reserved", actions: reply("OK") },
  ],
  PLACE: [{ guard: "needless", actions: reply("SKIP") }, { actions: reply("MISSING") }],
  ZERO: [
    { guard: "needless", actions: reply("KEPT") },
    { target: "zero", actions: reply("KEPT") },
  ],
  ABANDON: { actions: reply("KEPT") },
  RETIRE: { actions: reply("KEPT") },
  EVICT: { actions: reply("KEPT") },
} as const;

/** A copy that finds the room taken by a fill takes it over. */
const filling = {
  LOCATE: { actions: reply("IN_BACKING") },
  PLAN: { target: "reserved", actions: reply("NEEDLESS") },
  RESERVE: { target: "reserved", actions: reply("NEEDLESS") },
  PLACE: { actions: reply("STORE") },
  ZERO: { target: "zero", actions: reply("GONE") },
  ABANDON: { actions: reply("KEPT") },
  RETIRE,
  EVICT: { actions: reply("KEPT") },
  WANT: { actions: reply("NEEDLESS") },
  FILLED: { target: "in", actions: reply("OK") },
  UNFILL: { target: "out", actions: reply("GONE") },
  PEEK: { actions: reply("MISS") },
} as const;

const reserved = {
  LOCATE: { actions: reply("IN_BACKING") },
  PLAN: { actions: reply("NEEDLESS") },
  RESERVE: { actions: reply("NEEDLESS") },
  PLACE: { actions: reply("STORE") },
  ZERO: { target: "zero", actions: reply("GONE") },
  SETTLE: "in",
  ABANDON: { target: "out", actions: reply("GONE") },
  RETIRE,
  EVICT: { actions: reply("KEPT") },
} as const;

const kept = {
  LOCATE: { actions: reply("IN_MEMORY") },
  PLAN: { actions: reply("NEEDLESS") },
  RESERVE: { actions: reply("NEEDLESS") },
  PLACE: { actions: reply("SKIP") },
  ZERO: { actions: reply("KEPT") },
  ABANDON: { actions: reply("KEPT") },
  RETIRE,
  EVICT: { actions: reply("SPILL") },
  SPILLED: { target: "out", actions: reply("OK") },
} as const;

/** Zeros are kept for good, since nobody needs their room. */
const zero = {
  LOCATE: { actions: reply("ZEROES") },
  PLAN: { actions: reply("NEEDLESS") },
  RESERVE: { actions: reply("NEEDLESS") },
  PLACE: { actions: reply("SKIP") },
  ZERO: { actions: reply("KEPT") },
  ABANDON: { actions: reply("KEPT") },
  RETIRE: { actions: reply("KEPT") },
  EVICT: { actions: reply("KEPT") },
} as const;

/** Of what is kept for readers only, or for nobody, nothing has to be written anywhere. */
const keptForNow = {
  ...kept,
  EVICT: [
    { guard: "unneeded", target: "out", actions: reply("GONE") },
    { actions: reply("SPILL") },
  ],
  DROP: { guard: "droppable", target: "out", actions: reply("DROPPED") },
} as const;

const keptForReaders = {
  ...keptForNow,
  ...NO_FILL,
  PEEK: [{ guard: "current", actions: reply("HIT") }, { actions: reply("MISS") }],
} as const;

/** Whether the cluster is kept in memory, or is about to be. */
const memory = {
  initial: "out",
  states: { out: { on: out }, reserved: { on: reserved }, in: { on: kept }, zero: { on: zero } },
} as const;

/** The same where released clusters may stay there. */
const lazyMemory = {
  initial: "out",
  states: { ...memory.states, in: { on: keptForNow } },
} as const;

/** The same where readers fill memory, too. */
const sharedMemory = {
  initial: "out",
  states: {
    out: {
      on: {
        ...out,
        ...NO_FILL,
        WANT: [{ guard: "wanted", actions: reply("VACANT") }, { actions: reply("NEEDLESS") }],
        FILL: { target: "filling", actions: reply("OK") },
      },
    },
    filling: { on: filling },
    reserved: { on: { ...reserved, ...NO_FILL } },
    in: { on: keptForReaders },
    zero: { on: { ...zero, ...NO_FILL } },
  },
} as const;

function memoryOf({
  copyOnRead,
  readOnce,
}: Pick<FleecingCacheParameters, "copyOnRead" | "readOnce">) {
  if (copyOnRead) return sharedMemory;
  return readOnce ? lazyMemory : memory;
}

const FORGOTTEN = { target: "old" } as const;

/** Whether what is kept for readers only was read lately: counted as old whatever else is there. */
const recency = {
  initial: "old",
  states: {
    old: { on: { ENTER: { guard: "kept for readers", target: "recent" } } },
    recent: {
      on: {
        AGE: { target: "old", actions: reply("OK") },
        ...{ PLAN: FORGOTTEN, SETTLE: FORGOTTEN, CHANGE: FORGOTTEN },
        ...{ EVICT: FORGOTTEN, EXCLUDE: FORGOTTEN },
        SPILLED: { guard: "in memory", ...FORGOTTEN },
      },
    },
  },
} as const;

/** The same where what was read is released at a word. */
const recencyOnce = {
  initial: "old",
  states: {
    ...recency.states,
    recent: { on: { ...recency.states.recent.on, ACKNOWLEDGE: FORGOTTEN } },
  },
} as const;

/** Whether the cluster is kept on the disk tier, where nobody counts. */
const disk = {
  initial: "no",
  states: {
    no: { on: { SPILLED: { guard: "in memory", target: "yes" } } },
    yes: { on: { RETIRE: { guard: "released", target: "no" } } },
  },
} as const;

/** The same where its room is given back. */
const countedDisk = {
  initial: "no",
  states: {
    no: {
      on: {
        SPILLED: { guard: "in memory", target: "yes" },
        RETIRE_DISK: { actions: reply("KEPT") },
      },
    },
    yes: {
      on: {
        RETIRE_DISK: [
          { guard: "released", target: "no", actions: reply("GONE") },
          { actions: reply("KEPT") },
        ],
      },
    },
  },
} as const;

const needed = {
  ACCESS: { actions: reply("ALLOWED") },
  EXCLUDE: { target: "released", actions: reply("OK") },
} as const;

const released = {
  ACCESS: { actions: reply("DENIED") },
  EXCLUDE: { actions: reply("OK") },
} as const;

/** Whether somebody may still ask for the cluster. */
const copy = {
  initial: "needed",
  states: { needed: { on: needed }, released: { on: released } },
} as const;

const UNMOVED = { HAND: { actions: reply("OK") }, ACKNOWLEDGE: { actions: reply("OK") } } as const;

/** The same where what was read is released at a word. */
const copyOnce = {
  initial: "needed",
  states: {
    needed: { on: { ...needed, ...UNMOVED, HAND: { target: "handed", actions: reply("OK") } } },
    handed: {
      on: { ...needed, ...UNMOVED, ACKNOWLEDGE: { target: "released", actions: reply("OK") } },
    },
    released: { on: { ...released, ...UNMOVED } },
  },
} as const;

/** @param users how many requests may use one cluster at once */
export function clusterChart(
  users: number,
  {
    tiers,
    copyOnRead,
    diskTier,
    diskBudget,
    readOnce,
  }: Pick<FleecingCacheParameters, "tiers" | "copyOnRead" | "diskTier" | "diskBudget" | "readOnce">,
): Chart {
  const machine = setup({
    types: {} as {
      context: { busy: number };
      events: ClusterEvent;
      emitted: { type: ClusterReply };
    },
    actions: {
      reply: emit((_, params: { type: ClusterReply }) => params),
      enter: assign({ busy: BUSY.entered }),
      leave: assign({ busy: BUSY.left }),
    },
    guards: {
      idle: BUSY.isIdle,
      released: stateIn({ copy: "released" }),
      "in memory": stateIn({ memory: "in" }),
      "on disk": stateIn({ disk: "yes" }),
      "known zero": stateIn({ memory: "zero" }),
      needless: or([stateIn({ copy: "released" }), stateIn({ disk: "yes" })]),
      unneeded: or([stateIn({ changed: "no" }), stateIn({ copy: "released" })]),
      current: and([stateIn({ changed: "no" }), stateIn({ turn: "free" })]),
      wanted: and([stateIn({ changed: "no" }), not("needless")]),
      "kept for readers": and(["current", "in memory", not("released")]),
      droppable: and(["idle", "unneeded", "not lately", stateIn({ turn: "free" })]),
      "not lately": copyOnRead ? or(["released", stateIn({ recency: "old" })]) : () => true,
    },
  }).createMachine({
    id: "fleecing-cache/cluster",
    type: "parallel",
    context: { busy: 0 },
    states: {
      changed: {
        initial: "no",
        states: {
          no: {
            on: {
              SETTLE: { target: "yes", actions: reply("OK") },
              ...(copyOnRead && {
                PLAN: { guard: "in memory", target: "yes" },
                CHANGE: { target: "yes", actions: reply("OK") },
              }),
            },
          },
          yes: {
            on: {
              SETTLE: { actions: reply("OK") },
              ...(copyOnRead && { CHANGE: { actions: reply("OK") } }),
            },
          },
        },
      },
      copy: readOnce ? copyOnce : copy,
      memory: memoryOf({ copyOnRead, readOnce }),
      ...(copyOnRead && { recency: readOnce ? recencyOnce : recency }),
      ...(tiers && { disk: diskBudget === null ? disk : countedDisk }),
      turn: TURN,
    },
    on: {
      LEAVE: { actions: ["leave", reply("OK")] },
      ...(copyOnRead && { AGE: { actions: reply("OK") } }),
      RECOMMEND: [
        { guard: "released", actions: reply("NEVER") },
        { guard: "in memory", actions: reply("FIRST") },
        { guard: "known zero", actions: reply("LAST") },
        ...(tiers
          ? [{ guard: "on disk", actions: reply(diskTier === "early" ? "EARLY" : "LATE") } as const]
          : []),
        { actions: reply("IN_ORDER") },
      ],
    },
  });
  return stateChart("cluster", "fleecing-cache/cluster", machine, REPLIES, busyContext(users));
}
