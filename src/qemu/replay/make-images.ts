/**
 * The images of a log that have a format: made by qemu-img, with nothing in them. A node finds
 * nothing in such an image in the simulator either, whatever the log says is there (src/drivers
 * /qcow2): it knows no clusters before they are written.
 */
import { execFileSync } from "node:child_process";
import { BlockgraphError } from "../../error.ts";
import type { ImageRecord } from "../../log/record.ts";

const QEMU_IMG = "qemu-img";

/** @throws BlockgraphError `bad-argument` if there is no qemu-img */
export function makeQcow2(folder: string, images: readonly ImageRecord[]): void {
  for (const { filename, length } of images) {
    try {
      execFileSync(QEMU_IMG, ["create", "-q", "-f", "qcow2", filename, String(length)], {
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
      });
    } catch (error) {
      throw new BlockgraphError(
        "bad-argument",
        `${QEMU_IMG} cannot make ${filename}; install Debian's qemu-utils`,
        { cause: error },
      );
    }
  }
}
