/**
 * A sketch's values as bytes: what its stores hold when they are images.
 *
 * Every address has a cluster. A value fills it with a pattern: the even bytes say the value, the
 * odd ones the address. So two clusters at one address are equal exactly if their values are, and
 * data that strays to another address is never taken for what belongs there.
 */
import { BlockgraphError } from "../error.ts";
import { describeImage } from "../log/image.ts";
import type { ImageRecord } from "../log/record.ts";
import type { SketchDesign, SketchStore } from "./sketch.ts";

/** bytes of a cluster: QEMU's smallest one for block-copy */
export const SKETCH_CLUSTER = 64 * 1024;

/** Values and addresses that one byte tells apart. */
const DISTINCT_MAX = 256;
/** Odd, so that the products of all bytes differ; 1 shows as 0x11, which is easy to find. */
const FACTOR = 0x11;

/** The content of a cluster at an address. */
export function clusterBytes(value: number, address: number): Buffer {
  const pattern = Uint8Array.of((value * FACTOR) % DISTINCT_MAX, address % DISTINCT_MAX);
  return Buffer.alloc(SKETCH_CLUSTER, pattern);
}

/** The value that a cluster's bytes stand for at an address; null: none of the design. */
export function valueOfBytes(
  { values }: SketchDesign,
  bytes: Uint8Array,
  address: number,
): number | null {
  for (let value = 0; value < values; value++) {
    if (clusterBytes(value, address).equals(bytes)) return value;
  }
  return null;
}

/** Name of the image that is a store. */
export function imageNameOf(store: string): string {
  return `${store}.raw`;
}

/** The bytes of a store at the beginning. */
export function storeContent({ cells }: SketchDesign, { initial }: SketchStore): Buffer {
  const clusters = Array.from({ length: cells.count }, (_, at) => clusterBytes(initial, at));
  return Buffer.concat(clusters);
}

/** The images of all stores, as a log would describe them at its beginning. */
export function sketchImages(design: SketchDesign): ImageRecord[] {
  return design.stores.map((store) =>
    describeImage(imageNameOf(store.name), storeContent(design, store)),
  );
}

/** @throws BlockgraphError `bad-argument` if bytes cannot tell its values or addresses apart */
export function requireDistinct({ name, values, cells }: SketchDesign): void {
  if (values <= DISTINCT_MAX && cells.count <= DISTINCT_MAX) return;
  throw new BlockgraphError(
    "bad-argument",
    `${name} has ${values} values and ${cells.count} addresses, and bytes tell ${DISTINCT_MAX} ` +
      "apart; give smaller bounds",
  );
}
