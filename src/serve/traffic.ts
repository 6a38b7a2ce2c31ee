/**
 * What goes through an export: bytes, and how long requests take. Whoever shows it asks now and
 * then, and gets what happened since it asked last.
 */
import type { ExportRequest, NbdExport } from "../nbd/export.ts";
import type { Errno } from "../vocabulary.ts";

/** What happened in a span of time. */
export interface TrafficSpan {
  /** bytes that clients read */
  readonly read: number;
  /** bytes that clients wrote, zeros included */
  readonly written: number;
  /** ms that the slowest request took that ended */
  readonly slowest: number;
  /** requests that ended and took longer than {@link STALL_MS} */
  readonly stalls: number;
}

/** ms from which on a guest notices that its disk is slow */
const STALL_MS = 100;

export class Traffic {
  /** of the span that was not taken yet: numbers that change, as a request is to cost little */
  #read = 0;
  #written = 0;
  #slowest = 0;
  #stalls = 0;
  #taken: TrafficSpan = { read: 0, written: 0, slowest: 0, stalls: 0 };
  readonly #now: () => number;

  /** @param now ms that only grow */
  constructor(now: () => number) {
    this.#now = now;
  }

  get total(): TrafficSpan {
    return add(this.#taken, this.#span);
  }

  /** What happened since this was called last. */
  take(): TrafficSpan {
    const span = this.#span;
    this.#taken = add(this.#taken, span);
    this.#read = 0;
    this.#written = 0;
    this.#slowest = 0;
    this.#stalls = 0;
    return span;
  }

  get #span(): TrafficSpan {
    const [read, written] = [this.#read, this.#written];
    return { read, written, slowest: this.#slowest, stalls: this.#stalls };
  }

  /** The same export, whose requests are counted. */
  counting(offered: NbdExport): NbdExport {
    return { ...offered, submit: (request) => offered.submit(this.#counted(request)) };
  }

  #counted(request: ExportRequest): ExportRequest {
    const began = this.#now();
    const { operation, offset, length, buffer, stable, mayUnmap, fast } = request;
    const done = (errno: Errno | null) => {
      const took = this.#now() - began;
      if (took > this.#slowest) this.#slowest = took;
      if (took > STALL_MS) this.#stalls++;
      if (errno === null && operation === "read") this.#read += length;
      else if (errno === null && isWrite(operation)) this.#written += length;
      request.done(errno);
    };
    return { operation, offset, length, buffer, stable, mayUnmap, fast, done };
  }
}

function isWrite(operation: ExportRequest["operation"]): boolean {
  return operation === "write" || operation === "write-zeroes";
}

function add(one: TrafficSpan, other: TrafficSpan): TrafficSpan {
  return {
    read: one.read + other.read,
    written: one.written + other.written,
    slowest: Math.max(one.slowest, other.slowest),
    stalls: one.stalls + other.stalls,
  };
}
