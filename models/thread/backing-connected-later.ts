/**
 * The order that problem 3 of the thread forces: hook first, the cache's backing link afterwards.
 *
 * QEMU accepts it, since 6.1 by reopening the cache. But the hook decides when it is opened whether
 * the disk is behind its target, and whether what it saves must wait for readers of the target. It
 * found nothing there, and does not look again: a reader of the cache that reads the disk is
 * overtaken, and gets the guest's new data (defect M3).
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import { type Model, qmp } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import {
  common,
  guestOn,
  guestWrites,
  hookOverDisk,
  imagesOf,
  moveGuestTo,
  overlay,
  readerOn,
  readerReads,
} from "./parts.ts";

/** The cache's file is a node of its own, so that the cache can be reopened with it. */
const cacheFile = qmp("blockdev-add", {
  driver: "file",
  "node-name": "cache-file",
  filename: "cache.qcow2",
});
const cache = (backing: string | null) => ({ ...overlay("cache", backing), file: "cache-file" });

const hookFirst: readonly QmpCommand[] = [
  qmp("blockdev-add", cache(null)),
  hookOverDisk,
  moveGuestTo("hook"),
  qmp("blockdev-reopen", { options: [cache("disk")] }),
];
const backingFirst: readonly QmpCommand[] = [
  qmp("blockdev-add", cache("disk")),
  hookOverDisk,
  moveGuestTo("hook"),
];

function connected(commands: readonly QmpCommand[]): Model["phases"] {
  return [
    {
      kind: "commands",
      commands: [...[rawNode("disk"), guestOn("disk"), cacheFile], ...commands, readerOn("cache")],
    },
    { kind: "concurrent", actors: [guestWrites(), readerReads] },
  ];
}

const once = {
  ...common,
  bounds: { ...common.bounds, requests: 1 },
  images: imagesOf("cache.qcow2"),
  properties: ["view-equals-point-in-time"],
  reachable: ["view-is-read"],
} as const satisfies Partial<Model>;

export const backingConnectedLater: Model = {
  ...once,
  name: "backing-connected-later",
  title: "Hook first, the cache's backing link afterwards: torn reads (M3)",
  idea:
    "The cache is opened without a backing file, the hook over it, and only then is the disk " +
    "connected behind the cache. What the hook saves does not wait for readers of the cache.",
  profile: "qemu-7.2",
  phases: connected(hookFirst),
  expected: { verdict: "violated" },
};

export const backingConnectedFirst: Model = {
  ...once,
  name: "backing-connected-first",
  title: "The cache's backing link first, the hook afterwards: the order that repairs M3",
  idea:
    "The hook finds the disk behind its target when it is opened, and what it saves waits for " +
    "readers of the cache.",
  profile: "qemu-7.2",
  phases: connected(backingFirst),
  expected: { verdict: "holds" },
};

export const backingConnectedLaterRepaired: Model = {
  ...once,
  name: "backing-connected-later-repaired",
  title: "The rule that repairs M3: a hook looks again when the graph changes",
  idea:
    "The order of problem 3, with a hook that looks for the disk behind its target whenever " +
    "something is connected or taken away there.",
  profile: "proposed",
  phases: connected(hookFirst),
  expected: { verdict: "holds" },
};
