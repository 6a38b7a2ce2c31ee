/**
 * What examples of commands begin with: some nodes, a server, an export, a job.
 *
 * An example is a list of commands that can be sent one after the other to an empty graph, whose
 * server for exports runs already. The last one is what it is an example of.
 */
import type { JsonObject } from "./graph.ts";
import type { QmpCommand } from "./qmp-input.ts";

export function sent(execute: string, args: JsonObject = {}): QmpCommand {
  return { execute, arguments: args };
}

export function opened(driver: string, name: string, args: JsonObject = {}): QmpCommand {
  return sent("blockdev-add", { driver, "node-name": name, ...args });
}

/** Nodes of one MiB that need no image. */
export function nodes(...names: readonly string[]): QmpCommand[] {
  return names.map((name) => opened("null-co", name, { size: 1_048_576 }));
}

/** A qcow2 node on an image of the same name, above another node or none. */
export function layer(name: string, backing: string | null): QmpCommand {
  return opened("qcow2", name, { file: { driver: "file", filename: `${name}.qcow2` }, backing });
}

/** A disk with a dirty bitmap. */
export const BITMAP: readonly QmpCommand[] = [
  ...nodes("disk"),
  sent("block-dirty-bitmap-add", { node: "disk", name: "changes" }),
];

export const SERVER = sent("nbd-server-start", {
  addr: { type: "unix", data: { path: "nbd.sock" } },
});

export function exported(id: string, node: string, writable = false): QmpCommand {
  return sent("block-export-add", { type: "nbd", id, "node-name": node, writable });
}

/** A backup of a disk that has just begun; it copies nothing by itself. */
export const BACKUP: readonly QmpCommand[] = [
  ...nodes("disk", "target"),
  sent("blockdev-backup", { "job-id": "job", device: "disk", target: "target", sync: "none" }),
];

/** A backup that is done, and waits to be finalized. */
export const DONE: readonly QmpCommand[] = [
  ...nodes("disk", "target"),
  sent("blockdev-backup", {
    ...{ "job-id": "job", device: "disk", target: "target", sync: "full" },
    ...{ "auto-finalize": false, "auto-dismiss": false },
  }),
];

/** A mirror that has nothing to copy but what a guest writes. */
export const MIRROR: readonly QmpCommand[] = [
  ...nodes("disk", "target"),
  sent("blockdev-mirror", { "job-id": "job", device: "disk", target: "target", sync: "none" }),
];
