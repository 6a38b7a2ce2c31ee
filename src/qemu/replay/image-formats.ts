/**
 * Which images of a log are qcow2 files.
 *
 * The log knows an image by what a guest may find in it; a QEMU insists on a header where a format
 * has one. An image has it if some command opens a qcow2 node over its file.
 */
import type { QmpCommand } from "../../graph/commands.ts";
import type { JsonObject } from "../../graph/graph.ts";
import { objectsIn } from "./objects-in.ts";

/** @returns file names of images that must be qcow2 files */
export function qcow2Images(commands: readonly QmpCommand[]): Set<string> {
  const objects = commands.flatMap(({ arguments: given }) => objectsIn(given));
  const named = new Map(objects.map((each) => [each["node-name"], each]));
  const fileOf = (each: JsonObject, depth = 0): string | null => {
    if (typeof each.filename === "string") return each.filename;
    const below = typeof each.file === "string" ? named.get(each.file) : objectsIn(each.file)[0];
    return below === undefined || depth > objects.length ? null : fileOf(below, depth + 1);
  };
  const files = objects.filter(({ driver }) => driver === "qcow2").map((each) => fileOf(each));
  return new Set(files.filter((file) => file !== null));
}
