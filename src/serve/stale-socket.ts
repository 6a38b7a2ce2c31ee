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
  if (!fs.statSync(path).isSocket()) return false;
  const refused = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve("code" in error && error.code === "ECONNREFUSED"));
  });
  if (refused) fs.unlinkSync(path);
  return refused;
}
