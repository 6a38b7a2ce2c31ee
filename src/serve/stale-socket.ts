/**
 * Sockets that were left behind by a program that was killed.
 */
import fs from "node:fs";
import { connect } from "node:net";

/**
 * Removes a unix socket on which nobody listens. Anything else stays where it is.
 * @returns whether the place is free now
 */
export async function removeStaleSocket(path: string): Promise<boolean> {
  if (!fs.existsSync(path)) return true;
  const isStale = await isStaleSocket(path);
  if (isStale) fs.unlinkSync(path);
  return isStale;
}

/** Whether there is a unix socket on which nobody listens. */
export async function isStaleSocket(path: string): Promise<boolean> {
  if (fs.statSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  return new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve("code" in error && error.code === "ECONNREFUSED"));
  });
}
