/**
 * What a QEMU left in the images, beside what the simulator left.
 *
 * A write that succeeds may still have gone elsewhere; nobody has to have read it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageRecord } from "../../log/record.ts";
import type { Simulation } from "../../simulate/simulation.ts";

/** The first byte that is different, in one line; null: there is none. */
export function imageDifference(
  folder: string,
  images: readonly ImageRecord[],
  simulation: Simulation,
): string | null {
  for (const { filename } of images) {
    const { content } = simulation.image(filename);
    const left = readFileSync(join(folder, filename)).subarray(0, content.length);
    if (Buffer.compare(left, content) === 0) continue;
    const at = content.findIndex((byte, index) => byte !== left[index]);
    const [ours, theirs] = [content[at], left[at]].map(hex);
    const where = `at the end, byte ${at} of ${filename}`;
    return `${where} is ${ours} in the simulator, and ${theirs} in QEMU`;
  }
  return null;
}

function hex(byte: number | undefined): string {
  return byte === undefined ? "missing" : `0x${byte.toString(16).padStart(2, "0")}`;
}
