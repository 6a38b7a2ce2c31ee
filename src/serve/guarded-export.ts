/**
 * A disk that was taken for raw because its first bytes say nothing else must not come to say
 * something else: its guest could write a header there that names any file of the host as what lies
 * behind, and who looks at the first bytes next time would show that file (QEMU block/raw-format.c,
 * `raw_co_pwritev`, refuses that as well).
 *
 * A discard in there is a write of zeros, so that it is known what is in there.
 */
import type { ExportRequest, NbdExport } from "../nbd/export.ts";
import { formatIn, PROBED_BYTES } from "../storage/image-format.ts";
import { CHANGING_OPERATIONS } from "../vocabulary.ts";

/**
 * @param head the first bytes of the disk, as many as are probed, if it has so many
 * @param refused told of each write that is refused, with what the disk would have looked like
 */
export function guardedExport(
  offered: NbdExport,
  head: Buffer,
  refused: (format: string) => void,
): NbdExport {
  const known = Buffer.alloc(PROBED_BYTES);
  head.copy(known);
  return {
    ...offered,
    submit(request) {
      const { operation, offset, length, buffer } = request;
      if (offset >= PROBED_BYTES || length === 0 || !changes(request)) {
        return offered.submit(request);
      }
      const next = Buffer.from(known);
      if (operation === "write") next.set(buffer?.subarray(0, PROBED_BYTES - offset) ?? [], offset);
      else next.fill(0, offset, Math.min(offset + length, PROBED_BYTES));
      const format = formatIn(next);
      if (format !== null) {
        refused(format);
        request.done("EPERM");
        return;
      }
      next.copy(known);
      offered.submit(operation === "discard" ? asZeros(request) : request);
    },
  };
}

/** Who wants zeros fast is told that there are none, and nothing changes. */
function changes({ operation, fast }: ExportRequest): boolean {
  if (operation === "cache" || (operation === "write-zeroes" && fast)) return false;
  return CHANGING_OPERATIONS.has(operation);
}

function asZeros(request: ExportRequest): ExportRequest {
  return {
    ...request,
    operation: "write-zeroes",
    mayUnmap: true,
    done: (errno) => request.done(errno),
  };
}
