/**
 * An export that ends its requests when the test says so, and checks each that it is given.
 */
import type { ExportRequest, NbdExport, StatusRequest } from "../../src/nbd/export.ts";
import { MemoryExport } from "./memory-export.ts";

export class HeldExport extends MemoryExport {
  /** what is wrong with the requests that were made of it */
  readonly faults: string[] = [];
  /** most bytes and most requests that it had at a time */
  mostBytes = 0;
  mostRequests = 0;
  readonly #held: (() => void)[] = [];
  #bytes = 0;
  readonly #holds: (count: number) => boolean;
  #count = 0;

  /** @param holds whether to hold the request of that number; others end at once */
  constructor(size: number, holds: (count: number) => boolean, changes: Partial<NbdExport> = {}) {
    super(size, changes);
    this.#holds = holds;
  }

  get held(): number {
    return this.#held.length;
  }

  override submit(request: ExportRequest): void {
    this.#check(request);
    const { operation, length, buffer } = request;
    const needsBuffer = operation === "read" || operation === "write";
    if ((buffer?.length ?? -1) !== (needsBuffer ? length : -1)) this.faults.push("buffer");
    if (operation !== "flush" && length === 0) this.faults.push("no bytes");
    if (operation === "write" && !this.writable) this.faults.push("written to");
    if (operation === "write-zeroes" && !this.writable) this.faults.push("zeroed");
    if (operation === "discard" && !this.writable && !this.trims) this.faults.push("trimmed");
    this.#hold(buffer?.length ?? 0, () => this.serve(request));
  }

  override status(request: StatusRequest): void {
    this.#check(request);
    if (!this.contexts.includes(request.context)) this.faults.push("context");
    this.#hold(0, () => super.status(request));
  }

  /** Lets a request end that is held: the one at that place among them. */
  release(place: number): void {
    this.#held.splice(place % Math.max(1, this.#held.length), 1)[0]?.();
  }

  #hold(bytes: number, end: () => void): void {
    this.#bytes += bytes;
    const release = () => {
      this.#bytes -= bytes;
      end();
    };
    if (!this.#holds(this.#count++)) {
      release();
      return;
    }
    this.#held.push(release);
    this.mostBytes = Math.max(this.mostBytes, this.#bytes);
    this.mostRequests = Math.max(this.mostRequests, this.#held.length);
  }

  #check({ offset, length }: { readonly offset: number; readonly length: number }): void {
    const inside = offset >= 0 && length >= 0 && offset + length <= this.size;
    if (!inside || !Number.isSafeInteger(offset + length)) this.faults.push(`${offset}+${length}`);
  }
}
