/**
 * Steps of scripts, in short: nodes, exports, requests.
 */
import type { JsonObject, JsonValue } from "../../../../graph/graph.ts";
import { qmp } from "../../../../system/model.ts";
import type { Script, ScriptImage, ScriptStep } from "../script.ts";

/** bytes of most images */
const LENGTH = 1_048_576;
/** bytes of a cluster of copy-before-write */
export const CLUSTER = 65_536;

export const OLD = 0x11;
export const NEW = 0xaa;

export function told(execute: string, args: JsonObject): ScriptStep {
  return { kind: "qmp", command: qmp(execute, args) };
}

export function add(driver: string, name: string, args: JsonObject): ScriptStep {
  return told("blockdev-add", { driver, "node-name": name, ...args });
}

/** A node without an image. */
export function nothing(name: string, args: JsonObject = { size: LENGTH }): ScriptStep {
  return add("null-co", name, args);
}

/** A `file` node that another one defines inline. */
export function inline(filename: string, name: string): JsonObject {
  return { driver: "file", filename, "node-name": name };
}

/** A qcow2 node over an image, with a backing file or none. */
export function qcow2(name: string, filename: string, file: string, backing: JsonValue = null) {
  return add("qcow2", name, { file: inline(filename, file), backing });
}

export function raw(name: string, file: JsonValue): ScriptStep {
  return add("raw", name, { file });
}

/** A raw node over an image that gives back what is discarded. */
export function disk(name: string): ScriptStep {
  const file = { driver: "file", filename: `${name}.raw`, discard: "unmap" };
  return add("raw", name, { discard: "unmap", file });
}

export function exported(id: string, node: string, writable = true): ScriptStep {
  return told("block-export-add", { type: "nbd", id, name: id, "node-name": node, writable });
}

export function hook(name: string, args: JsonObject): ScriptStep {
  return add("copy-before-write", name, args);
}

export function view(name: string, file: string): ScriptStep {
  return add("snapshot-access", name, { file, discard: "unmap" });
}

/** Lets 64 KiB a second be read; what is read first goes through at once. */
export function throttled(name: string, file: string): ScriptStep[] {
  const limits = { "bps-read": CLUSTER };
  return [
    told("object-add", { "qom-type": "throttle-group", id: "group", limits }),
    add("throttle", name, { "throttle-group": "group", discard: "unmap", file }),
  ];
}

export function io(through: string, ...commands: readonly string[]): ScriptStep {
  return { kind: "io", through, commands, background: false };
}

/** A request that the next step does not wait for. */
export function begun(through: string, ...commands: readonly string[]): ScriptStep {
  return { kind: "io", through, commands, background: true };
}

export const WAIT: ScriptStep = { kind: "wait" };

/** What qemu-io is told: `write -P 0xaa 65536 65536`. */
export function patterned(operation: "read" | "write", byte: number, cluster: number, count = 1) {
  const range = `${cluster * CLUSTER} ${count * CLUSTER}`;
  return `${operation} -P 0x${byte.toString(16)} ${range}`;
}

export function image(name: string, fill?: number, length = LENGTH): ScriptImage {
  const format = name.endsWith(".qcow2") ? "qcow2" : "raw";
  return fill === undefined ? { name, format, length } : { name, format, length, fill };
}

/** A script for the storage daemon. */
export function script(
  images: readonly ScriptImage[],
  ...steps: readonly (ScriptStep | readonly ScriptStep[])[]
): Script {
  return { program: "qemu-storage-daemon", images, steps: steps.flat() };
}

export const ABORTED = { kind: "status", status: 134 } as const;
export const HUNG = { kind: "status", status: 137 } as const;
export const CRASHED = { kind: "status", status: 139 } as const;

export function says(text: string) {
  return { kind: "says", text } as const;
}

/** qemu-io, of a read that succeeded with other bytes than it should have. */
export const WRONG_BYTES = says("Pattern verification failed");
