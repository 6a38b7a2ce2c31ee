/**
 * Writes event logs to files: append only, buffered, one JSON line a record.
 *
 * Records wait in a buffer until it is full, or until `flush` or `close`: a program that ends
 * without either loses what waits. How much a power failure may take is the choice of `fsync`. A
 * failed write loses nothing: what the file did not take stays in the buffer, and `flush` may be
 * tried again.
 *
 * One writer per file; nothing keeps a second one out.
 */
import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { BlockgraphError } from "../error.ts";
import { Chain } from "./chain.ts";
import { fileAction } from "./file-problem.ts";
import { LINE_BYTES_MAX } from "./lines.ts";
import type { LogBody, LogRecord } from "./record.ts";
import { type LogEnd, scanLog, type Torn } from "./scan.ts";
import { seal } from "./seal.ts";
import type { LogSink } from "./sink.ts";

export interface LogWriterOptions {
  /**
   * when records are forced to the disk: `never` leaves it to the system, `close` does it once at
   * the end, `every` after each record, before `append` returns
   */
  readonly fsync: "never" | "close" | "every";
  /** size of the buffer in bytes; default 256 KiB */
  readonly bufferBytes?: number;
}

export class LogWriter implements LogSink {
  /** The torn line that `resume` cut off; null if there was none. */
  readonly torn: Torn | null;
  readonly #path: string;
  readonly #fsync: LogWriterOptions["fsync"];
  readonly #bufferBytes: number;
  readonly #chain: Chain;
  #fd: number | null;
  #seq: number;
  #buffer: Buffer;
  #pending = 0;

  private constructor(path: string, fd: number, options: LogWriterOptions, end: LogEnd | null) {
    this.#path = path;
    this.#fd = fd;
    this.#fsync = options.fsync;
    this.#bufferBytes = options.bufferBytes ?? 256 * 1024;
    this.#buffer = Buffer.allocUnsafe(this.#bufferBytes);
    this.#chain = end?.chain ?? new Chain();
    this.#seq = end?.seq ?? 0;
    this.torn = end?.torn ?? null;
  }

  /**
   * Begins a log.
   *
   * @param options `overwrite`: an existing file is emptied instead of refused
   * @throws BlockgraphError `bad-argument` if the file exists or cannot be made
   */
  static create(
    path: string,
    options: LogWriterOptions & { readonly overwrite?: boolean },
  ): LogWriter {
    const flags = options.overwrite === true ? "w" : "wx";
    const fd = fileAction(path, "cannot be created", () => openSync(path, flags));
    if (options.fsync !== "never") syncDirectory(path);
    return new LogWriter(path, fd, options, null);
  }

  /**
   * Goes on with a log that is there: checks all of it, cuts off a torn last line (see `torn`), and
   * appends behind the last whole record.
   *
   * @throws BlockgraphError `log-broken` or `log-version` as the reader, and nothing is changed;
   *   `bad-argument` if the file cannot be read or written
   */
  static resume(path: string, options: LogWriterOptions): LogWriter {
    const end = endOf(path);
    const fd = fileAction(path, "cannot be written", () => openSync(path, "a"));
    const writer = new LogWriter(path, fd, options, end);
    if (end.torn !== null) {
      fileAction(path, "cannot be truncated", () => ftruncateSync(fd, end.offset));
    }
    if (!end.terminated) writer.#put("\n");
    return writer;
  }

  /**
   * Adds a record. With `fsync: "every"` it is on the disk when this returns, else it waits.
   *
   * @throws BlockgraphError `log-broken` if the body does not fit the schema; `bad-argument` if the
   *   file refuses what the buffer had no room for (the record is not added, append it again), or
   *   with `fsync: "every"` if it refuses the record (which then waits in the buffer)
   */
  append(body: LogBody): LogRecord {
    const record = seal(body, this.#seq, this.#chain.end, this.#path);
    const line = this.#put(`${JSON.stringify(record)}\n`);
    this.#chain.advance(line.subarray(0, -1));
    this.#seq += 1;
    if (this.#fsync === "every") this.#sync();
    return record;
  }

  /**
   * Hands everything that waits to the system.
   *
   * @throws BlockgraphError `bad-argument` if the file refuses it; what was not taken still waits
   */
  flush(): void {
    const fd = this.#open();
    let taken = 0;
    try {
      while (taken < this.#pending) {
        const from = taken;
        taken += fileAction(this.#path, "cannot be written", () =>
          writeSync(fd, this.#buffer, from, this.#pending - from),
        );
      }
    } finally {
      this.#buffer.copyWithin(0, taken, this.#pending);
      this.#pending -= taken;
    }
  }

  /**
   * Flushes, forces to the disk unless `fsync` is `never`, and closes the file, also if one of the
   * two fails. Closing again does nothing.
   */
  close(): void {
    if (this.#fd === null) return;
    const fd = this.#fd;
    try {
      if (this.#fsync === "never") this.flush();
      else this.#sync();
    } finally {
      this.#fd = null;
      closeSync(fd);
    }
  }

  #sync(): void {
    this.flush();
    const fd = this.#open();
    fileAction(this.#path, "cannot be forced to the disk", () => fdatasyncSync(fd));
  }

  #open(): number {
    if (this.#fd !== null) return this.#fd;
    throw new BlockgraphError("bad-argument", `${this.#path} is closed; resume it to append to it`);
  }

  /** Puts text into the buffer; returns its bytes there, valid until the buffer is next used. */
  #put(text: string): Uint8Array {
    this.#open();
    this.#makeRoom(text);
    const start = this.#pending;
    this.#pending += this.#buffer.write(text, start, "utf8");
    const { buffer, byteOffset } = this.#buffer;
    return new Uint8Array(buffer, byteOffset + start, this.#pending - start);
  }

  #makeRoom(text: string): void {
    // A UTF-16 unit takes at most 3 bytes in UTF-8: nearly always enough to know, and cheap.
    if (text.length * 3 <= this.#buffer.length - this.#pending) return;
    const bytes = Buffer.byteLength(text);
    if (bytes > LINE_BYTES_MAX) {
      throw new BlockgraphError(
        "log-broken",
        `${this.#path}: record ${this.#seq} would be ${bytes} bytes long, more than the ` +
          `${LINE_BYTES_MAX} that can be read again; carry fewer images in the log`,
      );
    }
    if (bytes <= this.#buffer.length - this.#pending) return;
    this.flush();
    // Large lines are rare (images in the first record): their buffer is not kept.
    const size = Math.max(bytes, this.#bufferBytes);
    if (size !== this.#buffer.length) this.#buffer = Buffer.allocUnsafe(size);
  }
}

function endOf(path: string): LogEnd {
  const scan = scanLog(path);
  let step = scan.next();
  while (step.done !== true) step = scan.next();
  return step.value;
}

/** A new file survives a power failure only once its directory is on the disk as well. */
function syncDirectory(path: string): void {
  const fd = openSync(dirname(path), "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
