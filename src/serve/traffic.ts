/**
 * What goes through an export: bytes, and how long requests take. Whoever shows it asks now and
 * then, and gets what happened since it asked last.
 */
import type { ExportRequest, NbdExport } from "../nbd/export.ts";

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

const NOTHING: TrafficSpan = { read: 0, written: 0, slowest: 0, stalls: 0 };

export class Traffic {
  #span = NOTHING;
  #total = NOTHING;
  readonly #now: () => number;

  /** @param now ms that only grow */
  constructor(now: () => number) {
    this.#now = now;
  }

  get total(): TrafficSpan {
    return add(this.#total, this.#span);
  }

  /** What happened since this was called last. */
  take(): TrafficSpan {
    const span = this.#span;
    this.#total = add(this.#total, span);
    this.#span = NOTHING;
    return span;
  }

  /** The same export, whose requests are counted. */
  counting(offered: NbdExport): NbdExport {
    return { ...offered, submit: (request) => offered.submit(this.#counted(request)) };
  }

  #counted(request: ExportRequest): ExportRequest {
    const began = this.#now();
    const { operation, length } = request;
    const done = (errno: Parameters<ExportRequest["done"]>[0]) => {
      const took = this.#now() - began;
      const isWrite = operation === "write" || operation === "write-zeroes";
      this.#span = add(this.#span, {
        read: errno === null && operation === "read" ? length : 0,
        written: errno === null && isWrite ? length : 0,
        slowest: took,
        stalls: took > STALL_MS ? 1 : 0,
      });
      request.done(errno);
    };
    return { ...request, done };
  }
}

function add(one: TrafficSpan, other: TrafficSpan): TrafficSpan {
  return {
    read: one.read + other.read,
    written: one.written + other.written,
    slowest: Math.max(one.slowest, other.slowest),
    stalls: one.stalls + other.stalls,
  };
}
