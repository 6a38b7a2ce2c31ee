/**
 * The fleecing graph as QMP commands, in the one order that works (rule P13): the hook goes in
 * unparented, the guest moves onto it, and only then come the view and its readers. Taking it down
 * is the exact reverse.
 *
 *     guest                    reader0   reader1
 *       |                          \       /
 *       v                           v     v
 *      hook  <--------------------   view
 *       |  \
 *  file |   \ target
 *       v    v
 *     disk  cache
 */

import type { QmpCommand } from "../src/graph/commands.ts";
import type { JsonObject } from "../src/graph/graph.ts";
import { qmp } from "../src/system/model.ts";

/** A raw node over an image named after it; discards go all the way down. */
export function rawNode(name: string): QmpCommand {
  return qmp("blockdev-add", {
    driver: "raw",
    "node-name": name,
    discard: "unmap",
    file: { driver: "file", filename: `${name}.raw`, discard: "unmap" },
  });
}

/** The guest's disk, in use, before anybody thinks of fleecing. */
export const guestOnDisk: readonly QmpCommand[] = [
  rawNode("disk"),
  qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive: "disk" }),
];

/** @param hook further options of the copy-before-write filter */
export function startFleecing(readers: readonly string[], hook: JsonObject = {}): QmpCommand[] {
  return [
    rawNode("cache"),
    qmp("blockdev-add", {
      driver: "copy-before-write",
      "node-name": "hook",
      discard: "unmap",
      file: "disk",
      target: "cache",
      ...hook,
    }),
    qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "hook" }),
    qmp("blockdev-add", {
      driver: "snapshot-access",
      "node-name": "view",
      discard: "unmap",
      file: "hook",
    }),
    ...readers.map((id) =>
      qmp("block-export-add", { type: "nbd", id, name: id, "node-name": "view", writable: true }),
    ),
  ];
}

export function stopFleecing(readers: readonly string[]): QmpCommand[] {
  return [
    ...readers.map((id) => qmp("block-export-del", { id })),
    qmp("blockdev-del", { "node-name": "view" }),
    qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "disk" }),
    qmp("blockdev-del", { "node-name": "hook" }),
    qmp("blockdev-del", { "node-name": "cache" }),
  ];
}
