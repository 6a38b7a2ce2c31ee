/**
 * Traces for the tests of the player: the race that a fleecing hook is there to prevent, told in
 * nine steps, and a trace of any length.
 */
import type {
  ClusterMap,
  Lane,
  Message,
  PlayerStep,
  PlayerTrace,
} from "../../src/report/site/player-trace.ts";

const LANES: readonly Lane[] = [
  { id: "admin", kind: "administrator", title: "administrator" },
  { id: "guest", kind: "guest", title: "guest" },
  { id: "reader0", kind: "reader", title: "reader0" },
  { id: "hook", kind: "node", title: "hook" },
  { id: "disk", kind: "image", title: "disk.raw" },
  { id: "cache", kind: "image", title: "cache.raw" },
];

const CLUSTER = 65536;

/** What a cluster remembers, and whose data is in it: by mark and by colour. */
function mapsOf(clusters: number): ClusterMap[] {
  const cells = Array.from({ length: clusters }, () => 0);
  const copy: ClusterMap = {
    id: "hook/copy",
    title: "hook: what was copied",
    clusterSize: CLUSTER,
    states: [
      { name: "intact", mark: "#", tone: "plain" },
      { name: "copying", mark: "~", tone: "open" },
      { name: "copied", mark: "-", tone: "good" },
    ],
    cells,
  };
  const data: ClusterMap = {
    id: "disk/data",
    title: "disk.raw: data",
    clusterSize: CLUSTER,
    states: [
      { name: "as at the point in time", mark: "0", tone: "quiet" },
      { name: "value 1 of guest", mark: "1", tone: "guest" },
    ],
    cells,
  };
  return [copy, data];
}

/** A step in which nothing happens, but what is said. */
export function stepOf(text: string, part: Partial<PlayerStep> = {}): PlayerStep {
  const nothing = { messages: [], changes: [], cells: [], judged: [], wrong: null };
  const line = JSON.stringify({ type: "step", text });
  return { record: 0, text, lane: "guest", line, ...nothing, ...part };
}

function message(from: string, to: string, text: string, kind: Message["kind"]): Message {
  return { from, to, text, kind };
}

/** The last two steps: the guest's byte gets into the view, and everybody can see it. */
function wrongEnd(): PlayerStep[] {
  return [
    stepOf("disk.raw hands reader0 what the guest wrote", {
      lane: "reader0",
      messages: [message("disk", "reader0", "64 KiB, value 1 of guest", "answer")],
      changes: [{ what: "reader0", before: "reading disk.raw", after: "has value 1 of guest" }],
      judged: [{ property: 0, status: "violated", why: "reader0: cluster 1 is value 1 of guest" }],
      wrong: {
        lane: "reader0",
        offset: CLUSTER,
        length: CLUSTER,
        map: "disk/data",
        clusters: [1],
        expected: "the image at the point in time",
        found: "value 1 of guest",
      },
    }),
    stepOf("reader0 is done", {
      lane: "reader0",
      messages: [message("reader0", "reader0", "saw a wrong byte", "note")],
      changes: [{ what: "reader0", before: "has value 1 of guest", after: null }],
    }),
  ];
}

/** A guest overtakes a reader: nine steps, the eighth of which returns a wrong byte. */
export function raceTrace(id = "fleecing"): PlayerTrace {
  const steps = [
    stepOf("administrator inserts the hook above disk.raw", {
      lane: "admin",
      messages: [message("admin", "hook", "blockdev-replace", "call")],
      changes: [{ what: "edge guest to hook", before: null, after: "write" }],
    }),
    stepOf("reader0 asks for 64 KiB at 64 KiB", {
      lane: "reader0",
      messages: [message("reader0", "hook", "read 64 KiB at 64 KiB", "call")],
      changes: [{ what: "reader0", before: "idle", after: "asking" }],
    }),
    stepOf("hook sends reader0 on to disk.raw", {
      lane: "reader0",
      messages: [
        message("hook", "reader0", "from disk", "answer"),
        message("reader0", "disk", "read 64 KiB at 64 KiB", "call"),
      ],
      changes: [{ what: "reader0", before: "asking", after: "reading disk.raw" }],
    }),
    stepOf("guest writes 64 KiB at 64 KiB", {
      messages: [message("guest", "hook", "write value 1 at 64 KiB", "call")],
      cells: [{ map: "hook/copy", cell: 1, state: 1 }],
      changes: [{ what: "guest write", before: null, after: "claiming cluster 1" }],
    }),
    stepOf("hook copies cluster 1 to the cache", {
      messages: [
        message("hook", "disk", "read cluster 1", "call"),
        message("hook", "cache", "write cluster 1", "call"),
        message("cache", "hook", "ENOSPC", "failure"),
        message("cache", "hook", "done", "answer"),
      ],
    }),
    stepOf("cluster 1 is copied", {
      cells: [{ map: "hook/copy", cell: 1, state: 2 }],
      changes: [{ what: "guest write", before: "claiming cluster 1", after: "writing" }],
    }),
    stepOf("the guest's write reaches disk.raw", {
      messages: [message("hook", "disk", "write value 1 at 64 KiB", "call")],
      cells: [{ map: "disk/data", cell: 1, state: 1 }],
      changes: [{ what: "guest write", before: "writing", after: "done" }],
      judged: [{ property: 1, status: "holds", why: "" }],
    }),
    ...wrongEnd(),
  ].map((step, record) => ({ ...step, record }));
  return {
    id,
    title: "A guest overtakes a reader",
    notices: ["The row `draining` was dropped from the hook's write chart."],
    lanes: LANES,
    maps: mapsOf(4),
    facts: [
      { what: "reader0", value: "idle" },
      { what: "profile", value: "qemu-10.0" },
    ],
    properties: [
      {
        name: "view-is-point-in-time",
        statement: "A reader gets the image as it was at the point in time.",
        status: "holds",
      },
      {
        name: "guest-write-ends",
        statement: "A guest's write ends at some time.",
        status: "not judged",
      },
    ],
    steps,
    loop: null,
  };
}

/** A trace of that many steps, of which every 1,000th breaks the property. */
export function longTrace(steps: number, clusters = 1024): PlayerTrace {
  const lanes = ["guest", "reader0", "hook", "disk"];
  const made = Array.from({ length: steps }, (_, place) => {
    const lane = lanes[place % 3] ?? "guest";
    const cell = (place * 7) % clusters;
    const broken = place % 1000 === 999;
    return stepOf(`${lane} does the thing number ${place}`, {
      record: place,
      lane,
      messages: [
        message(lane, lanes[(place % 3) + 1] ?? "disk", `request ${place}`, "call"),
        ...(place % 2 === 0 ? [message("disk", lane, `answer ${place}`, "answer")] : []),
      ],
      changes: [{ what: `thing of ${lane}`, before: String(place - 3), after: String(place) }],
      cells: [{ map: "hook/copy", cell, state: place % 3 }],
      judged: broken ? [{ property: 0, status: "violated" as const, why: `at ${place}` }] : [],
    });
  });
  const facts = lanes.map((lane) => ({ what: `thing of ${lane}`, value: "-1" }));
  return {
    ...raceTrace("long"),
    title: `${steps} steps`,
    maps: mapsOf(clusters),
    facts,
    steps: made,
  };
}
