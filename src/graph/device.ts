/**
 * Guest disks: `device_add`, `device_del`, and `qom-set drive`, which moves the guest.
 *
 * Moving the guest's root edge is how the hook is put above a disk in use, and taken away again
 * (QEMU hw/core/qdev-properties-system.c, `set_drive_helper`). QEMU aborts when the drive is set to
 * the node it already is (defect R04); here that is refused.
 */
import { z } from "zod";
import { defineCommand } from "./command.ts";
import { attach, detachParent, moveRoot } from "./edges.ts";
import { type Graph, rootNode } from "./graph.ts";
import { refuse } from "./refuse.ts";
import { ROOT_ROLES } from "./role.ts";

/** Path under which a device is found, as in QEMU. */
const PERIPHERAL = "/machine/peripheral/";

export const deviceAdd = defineCommand({
  name: "device_add",
  summary: "Gives the guest a disk.",
  schema: z.strictObject({
    driver: z.enum(["scsi-hd", "virtio-blk-pci"]),
    id: z.string().min(1),
    drive: z.string(),
  }),
  apply(graph, { driver, id, drive }, context) {
    if (graph.devices.has(id) || graph.exports.has(id)) {
      throw refuse(`Duplicate device ID '${id}'`);
    }
    requireNode(graph, drive);
    const added = { ...graph, devices: new Map(graph.devices).set(id, { id, driver }) };
    const parent = { kind: "device", name: id } as const;
    const edge = { parent, child: drive, name: "root", roles: ROOT_ROLES };
    return context.refresh(attach(added, edge), [drive]);
  },
});

export const deviceDel = defineCommand({
  name: "device_del",
  summary: "Takes a disk away from the guest.",
  schema: z.strictObject({ id: z.string() }),
  apply(graph, { id }, context) {
    if (!graph.devices.has(id)) throw refuse(`Device '${id}' not found`);
    const devices = new Map(graph.devices);
    devices.delete(id);
    return context.refresh({ ...detachParent(graph, { kind: "device", name: id }), devices }, []);
  },
});

export const qomSet = defineCommand({
  name: "qom-set",
  summary: "Moves a guest disk to another node (property `drive`).",
  schema: z.strictObject({
    path: z.string(),
    property: z.literal("drive"),
    value: z.string(),
  }),
  apply(graph, { path, value }, context) {
    const id = path.startsWith(PERIPHERAL) ? path.slice(PERIPHERAL.length) : path;
    const before = rootNode(graph, id);
    if (!graph.devices.has(id) || before === undefined) throw refuse(`Device '${path}' not found`);
    requireNode(graph, value);
    if (before === value) throw refuse(`Device '${id}' already uses node '${value}'`);
    const moved = moveRoot(graph, { kind: "device", name: id }, value);
    return context.refresh(
      moved,
      [value, before].filter((name) => moved.nodes.has(name)),
    );
  },
});

function requireNode(graph: Graph, name: string): void {
  if (!graph.nodes.has(name)) throw refuse(`Cannot find device='' nor node-name='${name}'`);
}
