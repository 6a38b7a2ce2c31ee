/**
 * An export that is an array of bytes, and notes what it was asked that it must not be.
 */
import type { ExportRequest, NbdExport, StatusRequest } from "../../src/nbd/export.ts";

export interface MemoryExport extends NbdExport {
  readonly bytes: Buffer;
  /** requests outside of the export, or that change what must not be changed */
  readonly faults: string[];
}

export function memoryExport(size: number, options: Partial<NbdExport> = {}): MemoryExport {
  const bytes = Buffer.alloc(size);
  const faults: string[] = [];
  const { writable = true, trims = false } = options;
  function submit(request: ExportRequest): void {
    const { operation, offset, length, buffer } = request;
    const isOutside = offset < 0 || length < 0 || offset + length > size;
    if (isOutside) faults.push(`${operation} of ${length} at ${offset}`);
    const changes = operation === "write" || operation === "write-zeroes";
    if (changes && !writable) faults.push(`${operation} of what is read-only`);
    if (operation === "discard" && !writable && !trims) faults.push("discard of what is read-only");
    if (operation === "write" && buffer !== null) bytes.set(buffer, offset);
    else if (operation === "write-zeroes" || operation === "discard") {
      bytes.fill(0, offset, offset + length);
    } else if (operation === "read") buffer?.set(bytes.subarray(offset, offset + length));
    request.done(null);
  }
  function status({ offset, length, done }: StatusRequest): void {
    const extents: { length: number; flags: number }[] = [];
    for (let at = offset; at < offset + length; at++) {
      const flags = bytes[at] === 0 ? 3 : 0;
      const last = extents.at(-1);
      if (last?.flags === flags) last.length++;
      else extents.push({ length: 1, flags });
    }
    done(null, extents);
  }
  return {
    ...{ name: "", description: "bytes", size, writable, trims, multiConnection: true },
    blockSize: { minimum: 1, preferred: 4096, maximum: 32 * 1024 * 1024 },
    contexts: ["base:allocation"],
    ...options,
    ...{ bytes, faults, submit, status },
  };
}
