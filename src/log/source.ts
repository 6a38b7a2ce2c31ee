/** Where the bytes of a log come from: an open file, or memory. */
import { readSync } from "node:fs";
import { fileAction } from "./file-problem.ts";

/** Reads the next bytes into `into`: how many, at most its length; 0 at the end. */
export type ByteSource = (into: Uint8Array) => number;

/** The bytes of an open file from its current position on; `path` is for messages. */
export function fileSource(path: string, fd: number): ByteSource {
  return (into) => fileAction(path, "cannot be read", () => readSync(fd, into));
}

/** Text (as UTF-8) or bytes in memory. */
export function memorySource(content: string | Uint8Array): ByteSource {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  let at = 0;
  return (into) => {
    const piece = bytes.subarray(at, at + into.length);
    into.set(piece);
    at += piece.length;
    return piece.length;
  };
}
