/**
 * Requests as they come from outside: held against the node that they are for.
 */
import { BlockgraphError } from "../error.ts";
import { expandFill } from "../log/fill.ts";
import type { Operation } from "../vocabulary.ts";
import type { RequestSpec } from "./request-spec.ts";

/** The longest request, in bytes: what an NBD server of QEMU accepts. */
const REQUEST_LENGTH_MAX = 32 * 1024 * 1024;

const CARRY_DATA: ReadonlySet<Operation> = new Set(["read", "write", "write-unchanged"]);
const SNAPSHOT: ReadonlySet<Operation> = new Set([
  "snapshot-read",
  "snapshot-discard",
  "snapshot-block-status",
]);

/**
 * Checks a request against its node, and finds its bytes.
 * @throws BlockgraphError `request-invalid` if it does not fit
 */
export function payload(
  spec: RequestSpec,
  nodeLength: number,
  buffer: Uint8Array | null,
): Uint8Array | null {
  const { operation, offset, length, data } = spec;
  if (SNAPSHOT.has(operation)) {
    throw invalid(spec, "only a snapshot-access node may ask that of the filter below it");
  }
  if (length > REQUEST_LENGTH_MAX && CARRY_DATA.has(operation)) {
    throw invalid(spec, `a request carries at most ${REQUEST_LENGTH_MAX} bytes; split it`);
  }
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw invalid(spec, "offset and length are whole numbers of bytes, 0 or more");
  }
  if (offset + length > nodeLength) {
    throw invalid(spec, `the node ends at byte ${nodeLength}; ask for less`);
  }
  if (operation === "flush" && offset + length > 0) {
    throw invalid(spec, "a flush has neither offset nor length; give 0 for both");
  }
  if (buffer !== null && buffer.length !== length) {
    throw invalid(spec, `the buffer has ${buffer.length} bytes; give one of ${length}`);
  }
  if (operation === "read") return buffer ?? Buffer.alloc(length);
  if (operation !== "write" && operation !== "write-unchanged") {
    if (data !== undefined) throw invalid(spec, `a ${operation} carries no data; leave it out`);
    return null;
  }
  if (buffer !== null) return buffer;
  if (data === undefined) throw invalid(spec, 'a write needs data, such as {"byte": 17}');
  return expandFill(data, length);
}

/** Says what is wrong with a request. */
export function invalid(spec: RequestSpec, problem: string): BlockgraphError {
  const { operation, through, offset, length } = spec;
  return new BlockgraphError(
    "request-invalid",
    `${operation} of ${length} bytes at ${offset} through '${through}': ${problem}`,
  );
}
