/**
 * Another program's NBD server, while a test needs it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";

/** Runs a server while `use` lasts. */
export async function served(
  command: readonly string[],
  socket: string,
  use: () => Promise<void>,
): Promise<void> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: "ignore" });
  const ended = once(child, "close");
  try {
    while (!fs.existsSync(socket)) {
      if (child.exitCode !== null) throw new Error(`${program} has ended`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await use();
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}
