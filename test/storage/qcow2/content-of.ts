/**
 * The disk that an image shows, put together from its file without the storage's data path.
 */
import { constants, inflateRawSync } from "node:zlib";
import type { HostFile } from "../../../src/storage/qcow2/host-file.ts";
import type { Qcow2Image } from "../../../src/storage/qcow2/image.ts";
import { openQcow2Image } from "../../../src/storage/qcow2/open-image.ts";

/** The bytes by the tables that an opened image has in memory. */
export function contentOf({ geometry, header, host, mapping }: Qcow2Image): Buffer {
  const { clusterSize } = geometry;
  const content = Buffer.alloc(Math.ceil(header.size / clusterSize) * clusterSize);
  for (let at = 0; at < header.size; at += clusterSize) {
    const { kind, offset, length } = mapping.entry(at / clusterSize);
    if (kind === "compressed") {
      const stored = host.readNow(offset, length);
      inflateRawSync(stored, { finishFlush: constants.Z_SYNC_FLUSH }).copy(content, at);
    }
    if (kind === "data") host.readNow(offset, clusterSize).copy(content, at);
  }
  return content.subarray(0, header.size);
}

/** The bytes by the tables in the file. */
export function contentIn(host: HostFile): Buffer {
  return contentOf(openQcow2Image(host, "image", { readOnly: true }).image);
}
