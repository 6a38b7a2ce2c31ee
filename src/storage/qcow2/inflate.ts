/**
 * Compressed clusters: a raw deflate stream that gives one cluster.
 *
 * It is as long as the sectors that the L2 entry counts, at most; what follows belongs to others.
 */
import { constants, inflateRaw } from "node:zlib";
import { Damage } from "./damage.ts";
import type { Qcow2Image } from "./image.ts";
import type { L2Entry } from "./l2-entry.ts";

/** @throws Damage if it is not a cluster that comes out; Error with the code ENOTSUP for zstd */
export async function inflateCluster(image: Qcow2Image, entry: L2Entry): Promise<Uint8Array> {
  const { geometry, header, host } = image;
  if (header.compression !== "zlib") {
    const text = `clusters compressed with ${header.compression} cannot be read`;
    throw Object.assign(new Error(text), { code: "ENOTSUP" });
  }
  if (entry.offset >= host.size) {
    throw new Damage(`a compressed cluster lies at ${entry.offset}, beyond the end of the file`);
  }
  const stored = Buffer.alloc(Math.min(entry.length, host.size - entry.offset));
  await host.read(entry.offset, [stored]);
  return new Promise((resolve, reject) => {
    const options = {
      maxOutputLength: geometry.clusterSize,
      finishFlush: constants.Z_SYNC_FLUSH,
    };
    inflateRaw(stored, options, (error, cluster) => {
      if (error === null && cluster.length === geometry.clusterSize) resolve(cluster);
      else reject(new Damage(`the compressed cluster at ${entry.offset} does not inflate`));
    });
  });
}
