/**
 * A qemu-storage-daemon for one test, with exports on a socket in the folder that it works in.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import type { QmpCommand } from "../../src/graph/commands.ts";
import { QemuDaemon } from "../../src/qemu/daemon.ts";
import { NBD_SOCKET } from "../../src/qemu/program.ts";
import { type IoResult, parseIo } from "../../src/qemu/qemu-io.ts";
import { runTool } from "./qemu-tools.ts";

const QEMU_IO = "qemu-io";

const jobsSchema = z.array(z.looseObject({ id: z.string(), status: z.string() }));

export class StorageDaemon {
  readonly #daemon: QemuDaemon;
  readonly #folder: string;

  private constructor(daemon: QemuDaemon, folder: string) {
    this.#daemon = daemon;
    this.#folder = folder;
  }

  /** Starts a daemon in a folder, lets `use` work with it, and stops it however that ends. */
  static async using<T>(
    folder: string,
    use: (daemon: StorageDaemon) => Promise<T>,
    binary = "qemu-storage-daemon",
  ): Promise<T> {
    return QemuDaemon.using(binary, folder, (daemon) => use(new StorageDaemon(daemon, folder)));
  }

  /** Whether the daemon has ended although nobody stopped it. */
  async hasEnded(): Promise<boolean> {
    try {
      await this.command({ execute: "query-version", arguments: {} });
      return false;
    } catch {
      return true;
    }
  }

  /** Executes commands, all of which must be accepted. */
  async commands(commands: readonly QmpCommand[]): Promise<void> {
    for (const command of commands) expectNoError(command, await this.command(command));
  }

  /** Executes a command. Returns the text of QEMU's error; null if there was none. */
  async command(command: QmpCommand): Promise<string | null> {
    return errorOf(await this.#daemon.command(command));
  }

  /** What a query answers. */
  async answer(query: QmpCommand): Promise<unknown> {
    const reply = await this.#daemon.command(query);
    expectNoError(query, errorOf(reply));
    return "return" in reply ? reply.return : undefined;
  }

  /** Waits until a job that is not to finalize itself has done all it had to. */
  async untilPending(id: string): Promise<void> {
    for (;;) {
      const jobs = jobsSchema.parse(await this.answer({ execute: "query-jobs", arguments: {} }));
      if (jobs.some((job) => job.id === id && job.status === "pending")) return;
      await setTimeout(5);
    }
  }

  /** Sends a line that need not be a command. Returns the text of QEMU's error, or null. */
  async line(text: string): Promise<string | null> {
    return errorOf(await this.#daemon.line(text));
  }

  /** Starts qemu-io on an export, discards going through. */
  async io(exportName: string, ...commands: readonly string[]): Promise<IoResult> {
    const child = spawn(
      QEMU_IO,
      [
        ...["-d", "unmap", "-f", "raw", ...commands.flatMap((command) => ["-c", command])],
        `nbd+unix:///${exportName}?socket=${NBD_SOCKET}`,
      ],
      { cwd: this.#folder, stdio: ["ignore", "pipe", "pipe"] },
    );
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    }
    const [status] = await once(child, "close");
    return parseIo(Buffer.concat(chunks).toString("latin1"), status === 0);
  }
}

function expectNoError({ execute }: QmpCommand, refused: string | null): void {
  if (refused !== null) throw new Error(`${execute} was refused: ${refused}`);
}

function errorOf(reply: Awaited<ReturnType<QemuDaemon["command"]>>): string | null {
  if ("silence" in reply) throw new Error(`qemu-storage-daemon has ended: ${reply.said}`);
  return reply.error?.desc ?? null;
}

/** The version of QEMU that is installed: `[7, 2]`. */
export function qemuVersion(): readonly [major: number, minor: number] {
  const text = runTool("qemu-storage-daemon", "--version");
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(text) ?? [];
  if (major === undefined || minor === undefined) throw new Error(`no version in: ${text}`);
  return [Number(major), Number(minor)];
}
