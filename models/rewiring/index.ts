/**
 * All scripts that are looked at command by command, by their names.
 */
import { qmp } from "../../src/system/model.ts";
import type { Rewiring } from "../../src/system/rewiring.ts";
import { rawNode } from "../graph.ts";
import { close, guestOn, overlay } from "../thread/parts.ts";
import { fleeced, INSERTIONS } from "./insertions.ts";

const secondBackup = [
  rawNode("second"),
  qmp("blockdev-backup", {
    ...{ "job-id": "second", device: "hook", target: "second", sync: "none" },
    "filter-node-name": "hook2",
  }),
];

const secondBackupInQemu: Rewiring = {
  name: "a-second-backup-takes-the-view",
  title: "A second backup takes the reader's view along (R02)",
  idea:
    "The second hook goes under all who use the first one, and the view is one of them. No " +
    "permission is in its way: the command succeeds, and the reader sees another point in time.",
  profile: "qemu-7.2",
  setup: fleeced,
  commands: secondBackup,
  models: ["two-backups-move-the-view", "two-backups-keep-the-view"],
};

const snapshotInQemu: Rewiring = {
  name: "a-snapshot-takes-the-view",
  title: "A snapshot takes the reader's view away (R03)",
  idea: "The overlay goes under all who use the hook, and then the view stands over an overlay.",
  profile: "qemu-7.2",
  setup: fleeced,
  commands: [
    qmp("blockdev-add", overlay("overlay", null)),
    qmp("blockdev-snapshot", { node: "hook", overlay: "overlay" }),
  ],
  models: ["snapshot-moves-the-view", "snapshot-keeps-the-view"],
};

const secondBackupProposed: Rewiring = {
  ...secondBackupInQemu,
  name: "a-second-backup-leaves-the-view",
  title: "A second backup leaves the reader's view where it is (proposed)",
  idea: "By the rule that repairs R02 who only looks stays, and all others move.",
  profile: "proposed",
};

const whatAHookForbids: Rewiring = {
  name: "what-a-hook-forbids",
  title: "What is refused while a disk is fleeced, by whom, and what is not",
  idea:
    "Each of these would damage the point in time. Most are stopped, by an edge that does not " +
    "share what is asked for, or by who still uses the node. Nobody stops a second writer of the " +
    "cache.",
  profile: "qemu-7.2",
  setup: fleeced,
  commands: [
    qmp("block-export-add", {
      ...{ type: "nbd", id: "writer", name: "writer", "node-name": "disk", writable: true },
    }),
    { ...guestOn("disk"), arguments: { ...guestOn("disk").arguments, id: "other" } },
    qmp("block-export-add", {
      ...{ type: "nbd", id: "spoiler", name: "spoiler", "node-name": "cache", writable: true },
    }),
    close("hook"),
    close("cache"),
    qmp("blockdev-snapshot", { node: "disk", overlay: "view" }),
  ],
  models: ["fleecing", "image-fleecing"],
};

export const REWIRINGS: ReadonlyMap<string, Rewiring> = new Map(
  [...INSERTIONS, whatAHookForbids, secondBackupInQemu, snapshotInQemu, secondBackupProposed].map(
    (each) => [each.name, each],
  ),
);
