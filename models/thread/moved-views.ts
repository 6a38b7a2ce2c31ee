/**
 * Insertions that take a reader's view along, although nobody asked for that (defects R02 and R03).
 *
 * Whoever puts a node above the hook puts it under all who use the hook, and the view is one of
 * them. With a second backup the view becomes that of the second hook, and shows another point in
 * time, silently. With a snapshot it stands over an overlay, which has no view to show.
 *
 *     guest   view               guest   view
 *        \     /                    \     /
 *         v   v                      v   v
 *         hook          -->          hook2
 *          |                          |
 *          v                          v
 *         disk                       hook
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import { type Model, qmp } from "../../src/system/model.ts";
import { guestOnDisk, rawNode, startFleecing, stopFleecing } from "../graph.ts";
import {
  close,
  common,
  guestOverwrites,
  imagesOf,
  moveGuestTo,
  overlay,
  readerReadsAll,
} from "./parts.ts";

const secondBackup: readonly QmpCommand[] = [
  rawNode("second"),
  qmp("blockdev-backup", {
    "job-id": "second",
    device: "hook",
    target: "second",
    sync: "none",
    "filter-node-name": "hook2",
  }),
];
const snapshot: readonly QmpCommand[] = [
  qmp("blockdev-add", overlay("overlay", null)),
  qmp("blockdev-snapshot", { node: "hook", overlay: "overlay" }),
];

/** The guest overwrites, something is inserted, the reader reads. */
function insertionOf(insertion: readonly QmpCommand[]): Model["phases"] {
  return [
    { kind: "commands", commands: [...guestOnDisk, ...startFleecing(["reader"])] },
    { kind: "concurrent", actors: [guestOverwrites] },
    { kind: "commands", commands: insertion },
    {
      kind: "concurrent",
      actors: [{ ...guestOverwrites, name: "guest above" }, readerReadsAll],
    },
  ];
}

const watched = {
  ...common,
  properties: ["view-equals-point-in-time", "view-is-served"],
} as const satisfies Partial<Model>;

export const twoBackupsMoveTheView: Model = {
  ...watched,
  name: "two-backups-move-the-view",
  title: "A second backup silently changes the point in time of the first one's reader (R02)",
  idea:
    "A backup of the hook puts its own hook under all who use the first one. The reader's view " +
    "goes along, and shows what the guest wrote before the second backup began.",
  profile: "qemu-7.2",
  images: imagesOf("cache.raw", "second.raw"),
  phases: insertionOf(secondBackup),
  expected: { verdict: "violated" },
};

export const twoBackupsKeepTheView: Model = {
  ...watched,
  name: "two-backups-keep-the-view",
  title: "A second backup leaves views where they are",
  idea:
    "The rule that repairs R02: a node that neither requires anything of the hook nor minds what " +
    "others do with it is a view, and stays when all others are moved.",
  profile: "proposed",
  images: imagesOf("cache.raw", "second.raw"),
  phases: [
    ...insertionOf(secondBackup),
    {
      kind: "commands",
      commands: [
        qmp("block-job-cancel", { device: "second" }),
        close("second"),
        ...stopFleecing(["reader"]),
      ],
    },
  ],
  reachable: ["view-is-read"],
  expected: { verdict: "holds" },
};

export const snapshotMovesTheView: Model = {
  ...watched,
  name: "snapshot-moves-the-view",
  title: "A snapshot above the hook takes the reader's view away (R03)",
  idea:
    "A snapshot puts an overlay under all who use the hook. The reader's view stands over the " +
    "overlay then, which keeps no point in time: reads fail.",
  profile: "qemu-7.2",
  images: imagesOf("cache.raw", "overlay.qcow2"),
  phases: insertionOf(snapshot),
  // Nothing that it reads could be right or wrong.
  properties: ["view-is-served"],
  expected: { verdict: "violated" },
};

export const snapshotKeepsTheView: Model = {
  ...watched,
  name: "snapshot-keeps-the-view",
  title: "A snapshot above the hook leaves views where they are",
  idea: "The same rule repairs R03: the guest moves to the overlay, the view stays at the hook.",
  profile: "proposed",
  images: imagesOf("cache.raw", "overlay.qcow2"),
  phases: insertionOf(snapshot),
  reachable: ["view-is-read"],
  expected: { verdict: "holds" },
};

/** The guest is put on the second hook by name; then nobody else moves. */
export const explicitInsertion: Model = {
  ...watched,
  name: "explicit-insertion",
  title: "Who moves is said: a second hook goes in by a list of replaced links",
  idea:
    "One transaction opens a second hook and puts exactly one user on it, the guest. Permissions " +
    "are judged once, at its end. The reader of the first hook's view is not in the list.",
  profile: "proposed",
  images: imagesOf("cache.raw", "second.raw"),
  phases: [
    ...insertionOf([
      rawNode("second"),
      qmp("transaction", {
        actions: [
          {
            type: "blockdev-add",
            data: {
              driver: "copy-before-write",
              "node-name": "hook2",
              file: "hook",
              target: "second",
            },
          },
          { type: "blockdev-replace", data: { parent: "guest", "new-child": "hook2" } },
        ],
      }),
    ]),
    {
      kind: "commands",
      commands: [moveGuestTo("hook"), close("hook2"), ...stopFleecing(["reader"])],
    },
  ],
  reachable: ["view-is-read"],
  expected: { verdict: "holds" },
};
