/**
 * The precondition of every request, checked where it enters a storage.
 *
 * A request that lies outside its image or lacks its buffer is a mistake of whoever made it, never
 * of the medium, so it is thrown at `submit` instead of becoming an outcome: later it could write
 * past the end of an image file and make it grow.
 */
import { BlockgraphError } from "../error.ts";
import type { StorageOperation } from "../vocabulary.ts";
import type { Storage } from "./storage.ts";

/**
 * Returns if the request may be served.
 *
 * @param image the storage that it is meant for
 * @param offset in bytes
 * @param length in bytes
 * @throws BlockgraphError `request-invalid`: outside the image, not whole bytes, or with a buffer
 * that does not fit the operation
 */
export function checkRequest(
  image: Pick<Storage, "name" | "length">,
  operation: StorageOperation,
  offset: number,
  length: number,
  buffer: Uint8Array | null,
): void {
  const end = offset + length;
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(end) || offset < 0 || length < 0) {
    refuse(image, operation, offset, length, "offset and length must be whole bytes, 0 or more");
  }
  if (end > image.length) {
    refuse(image, operation, offset, length, `the image ends at byte ${image.length}`);
  }
  if (operation === "flush" && length !== 0) {
    refuse(image, operation, offset, length, "a flush is of the whole image: use length 0");
  }
  const expected = operation === "read" || operation === "write" ? length : null;
  const given = buffer === null ? null : buffer.byteLength;
  if (given !== expected) {
    const found = given === null ? "none" : `one of ${given} bytes`;
    const wanted = expected === null ? "no buffer" : `a buffer of ${expected} bytes`;
    refuse(image, operation, offset, length, `it takes ${wanted} and was given ${found}`);
  }
}

function refuse(
  image: Pick<Storage, "name">,
  operation: StorageOperation,
  offset: number,
  length: number,
  reason: string,
): never {
  throw new BlockgraphError(
    "request-invalid",
    `${image.name}: ${operation} of ${length} bytes at ${offset} refused: ${reason}`,
  );
}
