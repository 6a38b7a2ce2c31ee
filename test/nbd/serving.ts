/**
 * A server for one test, on a socket in a folder of its own.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { NbdExport } from "../../src/nbd/export.ts";
import { NbdServer, type NbdServerOptions } from "../../src/nbd/server.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

export interface Serving {
  readonly server: NbdServer;
  readonly folder: string;
  readonly socket: string;
  /** address of an export for tools */
  uri(name?: string): string;
}

/** Serves exports while `use` lasts. */
export function serving<T>(
  exports: readonly NbdExport[],
  use: (serving: Serving) => Promise<T>,
  options: NbdServerOptions = {},
): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    const socket = join(folder, "nbd.sock");
    const server = new NbdServer(options);
    for (const one of exports) server.add(one);
    await server.listen({ path: socket });
    const uri = (name = "") => `nbd+unix:///${name}?socket=${socket}`;
    try {
      return await use({ server, folder, socket, uri });
    } finally {
      await server.close();
    }
  });
}

/** How a tool ended, and all that it printed. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Runs a tool to its end, while this process goes on serving it. */
export async function runAside(tool: string, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(tool, args, { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { status, output: Buffer.concat(chunks).toString("utf8") };
}

/**
 * What a tool printed.
 * @throws Error with all of that, if it ended with another status than 0
 */
export async function outputOf(tool: string, ...args: readonly string[]): Promise<string> {
  const { status, output } = await runAside(tool, ...args);
  if (status === 0) return output;
  throw new Error(`${[tool, ...args].join(" ")} ended with ${status}\n${output}`);
}
