/**
 * The language of qemu-io: requests as its commands, and what it prints as results.
 */
import type { Operation } from "../vocabulary.ts";

/** A request as qemu-io can make it. */
export interface IoRequest {
  readonly operation: Operation;
  /** bytes */
  readonly offset: number;
  readonly length: number;
}

/** What became of a command. */
export interface IoResult {
  /** null: success; otherwise the first error's text, such as `Invalid argument` */
  readonly error: string | null;
  /** what `read -v` showed, if there was no error */
  readonly data: Uint8Array;
}

/**
 * The command of a request.
 * @param payload file that holds what a write writes
 * @returns null if qemu-io has none: it cannot say that a write changes nothing
 */
export function ioCommand(
  { operation, offset, length }: IoRequest,
  payload: string,
): string | null {
  const range = `${offset} ${length}`;
  switch (operation) {
    case "read":
      return `read -v ${range}`;
    case "write":
      return `write -s ${payload} ${range}`;
    case "write-zeroes":
      return `write -z ${range}`;
    case "discard":
      return `discard ${range}`;
    case "flush":
      return "flush";
    default:
      return null;
  }
}

/**
 * Understands what qemu-io prints: the rows of `read -v`, and `write failed: Invalid argument`.
 * @param succeeded whether it ended as if all was well; in a machine, whether that is not known
 */
export function parseIo(output: string, succeeded: boolean): IoResult {
  // Rows end with their bytes as text, which may be anything.
  const error = /^\S+ failed: (.*)$/m.exec(output)?.[1] ?? null;
  if (error !== null || !succeeded) {
    return { error: error ?? output.trim(), data: new Uint8Array(0) };
  }
  const rows = output.match(/^[0-9a-f]{8,}: {2}(?:[0-9a-f]{2} )+/gm) ?? [];
  const hex = rows.map((row) => row.slice(row.indexOf(":") + 1).replaceAll(" ", "")).join("");
  return { error: null, data: Buffer.from(hex, "hex") };
}
