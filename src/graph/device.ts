/**
 * Guest disks: `device_add`, `device_del`, and `qom-set drive`, which moves the guest.
 *
 * A guest requires to read and to write, shares neither writing nor, if its disk cannot grow,
 * resizing, and does without writing if the node is read-only (QEMU hw/block/block.c,
 * `blkconf_apply_backend_options`).
 *
 * Moving the guest's root edge is how the hook is put above a disk in use, and taken away again
 * (hw/core/qdev-properties-system.c, `set_drive_helper`). QEMU aborts when the drive is set to the
 * node it already is (defect R04); here that is refused, with the abort predicted.
 */

import { z } from "zod";
import { defineCommand } from "./command.ts";
import { attach, closeUnused, detach, releaseAll } from "./edges.ts";
import { nodes, opened, sent } from "./example.ts";
import { findNode } from "./find-node.ts";
import { type Graph, type GraphNode, sameParent } from "./graph.ts";
import {
  CONSISTENT_READ,
  type Masks,
  NO_DEMANDS,
  RESIZE,
  WRITE,
  WRITE_UNCHANGED,
} from "./permission.ts";
import { refreshPermissions } from "./refresh.ts";
import { isRefusal, Refusal, refuse } from "./refuse.ts";
import { ROOT_ROLES } from "./role.ts";
import { arriving, asking } from "./suspended.ts";

/** Path under which a device is found, as in QEMU. */
const PERIPHERAL = "/machine/peripheral/";

const GUEST = sent("device_add", { driver: "virtio-blk-pci", id: "guest", drive: "disk" });

export const deviceAdd = defineCommand({
  name: "device_add",
  summary: "Gives the guest a disk.",
  schema: z.strictObject({
    driver: z.enum(["scsi-hd", "virtio-blk-pci"]).meta({ description: "kind of disk" }),
    id: z.string().min(1).meta({ description: "id of the disk" }),
    drive: z.string().meta({ description: "the node that it is on" }),
    bus: z
      .string()
      .optional()
      .meta({ description: "where it is plugged in; nothing here depends on it" }),
    "share-rw": z
      .boolean()
      .default(false)
      .meta({ description: "whether others may write the node as well" }),
  }),
  example: [...nodes("disk"), GUEST],
  apply(before, { driver, id, drive, "share-rw": shareWrite }, context) {
    if (before.devices.has(id) || before.exports.has(id)) {
      throw refuse(`Duplicate device ID '${id}'`);
    }
    const node = findNode(before, drive);
    const path = driver === "scsi-hd" ? id : `${PERIPHERAL}${id}/virtio-backend`;
    const devices = new Map(before.devices).set(id, { id, driver, path });
    const parent = { kind: "device", name: id } as const;
    const edge = { parent, child: drive, name: "root", roles: ROOT_ROLES };
    const idle = arriving(before, { ...edge, ...NO_DEMANDS });
    const attached = refreshPermissions(attach({ ...before, devices }, idle), [drive], {
      ...context,
      before,
    });
    const used = attach(detach(attached, idle), asking(idle, guestMasks(node, shareWrite)));
    return refreshPermissions(used, [drive], { ...context, before });
  },
});

function guestMasks({ readOnly }: GraphNode, shareWrite: boolean): Masks {
  return {
    perm: CONSISTENT_READ | (readOnly ? 0 : WRITE),
    shared: CONSISTENT_READ | WRITE_UNCHANGED | RESIZE | (shareWrite ? WRITE : 0),
  };
}

export const deviceDel = defineCommand({
  name: "device_del",
  summary: "Takes a disk away from the guest.",
  schema: z.strictObject({ id: z.string().meta({ description: "id of the disk" }) }),
  example: [...nodes("disk"), GUEST, sent("device_del", { id: "guest" })],
  apply(graph, { id }, context) {
    if (!graph.devices.has(id)) throw refuse(`Device '${id}' not found`);
    const devices = new Map(graph.devices);
    devices.delete(id);
    return { ...releaseAll(graph, { kind: "device", name: id }, context), devices };
  },
});

export const qomSet = defineCommand({
  name: "qom-set",
  summary: "Moves a guest disk to another node (property `drive`).",
  schema: z.strictObject({
    path: z
      .string()
      .meta({ description: "the disk: its id, or its path below `/machine/peripheral`" }),
    property: z.literal("drive").meta({ description: "what is set" }),
    value: z.string().meta({ description: "the node that the disk is on from now on" }),
  }),
  example: [
    ...nodes("disk", "target"),
    GUEST,
    opened("copy-before-write", "hook", { file: "disk", target: "target" }),
    sent("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "hook" }),
  ],
  apply(before, { path, value }, context) {
    const id = path.startsWith(PERIPHERAL) ? path.slice(PERIPHERAL.length) : path;
    const parent = { kind: "device", name: id } as const;
    const edge = before.edges.find((candidate) => sameParent(candidate.parent, parent));
    if (edge === undefined) throw refuse(`Device '${path}' not found`);
    findNode(before, value);
    if (edge.child === value) {
      throw new Refusal(`Device '${id}' already uses node '${value}'`, null, "abort");
    }
    const others = detach(before, edge);
    const moved = attach(others, { ...edge, child: value });
    const judged = judge(
      () => refreshPermissions(moved, [edge.child, value], { ...context, before }),
      attach(others, edge),
    );
    return closeUnused(judged, edge.child, context);
  },
});

/** What a refused move leaves: the edge leads back, and is the newest of its node. */
function judge(refresh: () => Graph, restored: Graph): Graph {
  try {
    return refresh();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new Refusal(error.message, restored, null, { cause: error });
  }
}
