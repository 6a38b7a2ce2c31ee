/**
 * Compressed clusters: a raw deflate stream, or a zstd frame, that gives one cluster.
 *
 * It is as long as the sectors that the L2 entry counts, at most; what follows belongs to others.
 */
import { constants, inflateRaw } from "node:zlib";
import { Damage } from "./damage.ts";
import type { Qcow2Image } from "./image.ts";
import type { L2Entry } from "./l2-entry.ts";
import { zstdDecompressor, zstdFrameLength } from "./zstd.ts";

/**
 * @throws Damage if it is not a cluster that comes out; Error with the code ENOTSUP for zstd where
 *   Node cannot decompress it
 */
export async function inflateCluster(image: Qcow2Image, entry: L2Entry): Promise<Uint8Array> {
  const { geometry, header, host } = image;
  const decompress = header.compression === "zlib" ? inflate : unpackBy(zstdDecompressor());
  if (entry.offset >= host.size) {
    throw new Damage(`a compressed cluster lies at ${entry.offset}, beyond the end of the file`);
  }
  const stored = Buffer.alloc(Math.min(entry.length, host.size - entry.offset));
  await host.read(entry.offset, [stored]);
  return new Promise((resolve, reject) => {
    decompress(stored, { maxOutputLength: geometry.clusterSize }, (error, cluster) => {
      if (error === null && cluster.length === geometry.clusterSize) resolve(cluster);
      else reject(new Damage(`the compressed cluster at ${entry.offset} does not inflate`));
    });
  });
}

type Decompress = NonNullable<ReturnType<typeof zstdDecompressor>>;

const inflate: Decompress = (stored, options, done) =>
  inflateRaw(stored, { ...options, finishFlush: constants.Z_SYNC_FLUSH }, done);

/** @throws Error with the code ENOTSUP if there is nothing to decompress with */
function unpackBy(decompress: Decompress | null) {
  if (decompress === null) {
    const text = "clusters compressed with zstd cannot be read; use a Node that has zstd";
    throw Object.assign(new Error(text), { code: "ENOTSUP" });
  }
  const unpack = (
    stored: Buffer,
    options: Parameters<Decompress>[1],
    done: Parameters<Decompress>[2],
  ) => decompress(stored.subarray(0, zstdFrameLength(stored)), options, done);
  return unpack;
}
