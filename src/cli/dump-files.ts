/**
 * Dumped views as files. Pieces come in any order; zeros become holes.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { fileAction } from "../log/file-problem.ts";

interface DumpFile {
  readonly fd: number;
  received: number;
}

export class DumpFiles {
  readonly #paths: ReadonlyMap<string, string>;
  readonly #overwrite: boolean;
  readonly #files = new Map<string, DumpFile>();

  /** @param paths where each dump goes, by the name that the model gives it */
  constructor(paths: ReadonlyMap<string, string>, overwrite: boolean) {
    this.#paths = paths;
    this.#overwrite = overwrite;
  }

  /** Takes a piece of a dump. */
  receive(name: string, offset: number, piece: Uint8Array): void {
    const path = this.#paths.get(name) ?? name;
    const file = this.#files.get(name) ?? this.#open(name, path);
    file.received += piece.length;
    if (piece.every((byte) => byte === 0)) return;
    for (let at = 0; at < piece.length; ) {
      at += fileAction(path, "cannot be written", () =>
        writeSync(file.fd, piece, at, piece.length - at, offset + at),
      );
    }
  }

  /**
   * Gives the files their lengths and closes them.
   * @param lengths bytes of each dump
   */
  finish(lengths: ReadonlyMap<string, number>): { file: string; bytes: number; missing: number }[] {
    const results = [...lengths].map(([name, bytes]) => {
      const path = this.#paths.get(name) ?? name;
      const { fd, received } = this.#files.get(name) ?? this.#open(name, path);
      fileAction(path, "cannot be written", () => ftruncateSync(fd, bytes));
      return { file: path, bytes, missing: bytes - received };
    });
    this.close();
    return results;
  }

  close(): void {
    for (const { fd } of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }

  #open(name: string, path: string): DumpFile {
    const flags = this.#overwrite ? "w" : "wx";
    const fd = fileAction(path, "cannot be created", () => openSync(path, flags));
    const file = { fd, received: 0 };
    this.#files.set(name, file);
    return file;
  }
}
