/**
 * An export that is an image in memory: what a server under test offers.
 */
import type { ExportRequest, NbdExport, StatusRequest } from "../../src/nbd/export.ts";
import { MemoryStorage } from "../../src/storage/memory.ts";

const MIB = 1024 * 1024;
const HOLE_AND_ZERO = 3;

export class MemoryExport implements NbdExport {
  readonly name: string = "";
  readonly description: string = "";
  readonly size: number;
  readonly writable: boolean = true;
  readonly trims: boolean = true;
  readonly multiConnection: boolean = true;
  readonly blockSize = { minimum: 1, preferred: 4096, maximum: 32 * MIB };
  readonly contexts: readonly string[] = ["base:allocation"];
  readonly image: MemoryStorage;
  /** requests that were made of it, as one word or more each */
  readonly requests: string[] = [];

  /** @param size bytes; @param changes what is not as for a plain writable export */
  constructor(size: number, changes: Partial<NbdExport> = {}) {
    this.size = size;
    this.image = new MemoryStorage("memory", size);
    Object.assign(this, changes);
  }

  submit(request: ExportRequest): void {
    this.serve(request);
  }

  status(request: StatusRequest): void {
    const { offset, length, done } = request;
    const extents = [];
    for (let at = offset; at < offset + length; ) {
      const { status, bytes } = this.image.execute("block-status", at, offset + length - at, null);
      extents.push({ length: bytes, flags: status === "zero" ? HOLE_AND_ZERO : 0 });
      at += bytes;
    }
    done(null, extents);
  }

  /** Does what a request asks for, at once. */
  serve({ operation, offset, length, buffer, stable, mayUnmap, fast, done }: ExportRequest): void {
    const flags = [stable ? "stable" : "", mayUnmap ? "may-unmap" : "", fast ? "fast" : ""];
    this.requests.push([operation, ...flags.filter((flag) => flag !== "")].join(" "));
    if (operation !== "cache") this.image.execute(operation, offset, length, buffer);
    done(null);
  }
}
