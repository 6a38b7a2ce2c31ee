/**
 * Requests through an NBD export of a QEMU, which qemu-io makes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { BlockgraphError } from "../error.ts";
import { type IoResult, parseIo } from "./qemu-io.ts";

const QEMU_IO = "qemu-io";

/** Where an NBD server listens, in the folder that its QEMU works in. */
export const NBD_SOCKET = "nbd.sock";
/** The same as QMP spells it. */
export const NBD_ADDRESS = { type: "unix", data: { path: NBD_SOCKET } } as const;

/**
 * @param folder where the QEMU's socket is, and where payloads are
 * @param exportName the NBD name
 * @param commands in qemu-io's language; discards go through
 * @param writable whether the export is; if not, it is opened to be read only
 */
export async function exportIo(
  folder: string,
  exportName: string,
  commands: readonly string[],
  writable = true,
): Promise<IoResult> {
  const child = spawn(
    QEMU_IO,
    [
      ...(writable ? [] : ["-r"]),
      ...["-d", "unmap", "-f", "raw", ...commands.flatMap((command) => ["-c", command])],
      `nbd+unix:///${encodeURIComponent(exportName)}?socket=${NBD_SOCKET}`,
    ],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
  );
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  }
  const missing = once(child, "error").then(([error]) => {
    throw new BlockgraphError(
      "bad-argument",
      `${QEMU_IO} does not start (${String(error)}); install Debian's qemu-utils`,
    );
  });
  const [status] = await Promise.race([once(child, "close"), missing]);
  return parseIo(Buffer.concat(chunks).toString("latin1"), status === 0);
}
