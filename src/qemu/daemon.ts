/**
 * A qemu-storage-daemon: QMP over its stdin and stdout, one JSON document a line.
 *
 * Over sockets, a client that connects at once may meet a daemon that greets twice (defect M2 of
 * the reference); over stdio it does not. A daemon ends of itself after a while, so that none
 * outlives whoever started it and was killed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";

const LONGEST_LIFE = "120s";

export interface QmpReply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

export class QemuDaemon {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(binary: string, folder: string) {
    this.#process = spawn(
      "timeout",
      [
        ...["--kill-after=1", LONGEST_LIFE, binary],
        ...["--chardev", "stdio,id=c0", "--monitor", "chardev=c0"],
        ...["--nbd-server", "addr.type=unix,addr.path=nbd.sock,max-connections=0"],
      ],
      { cwd: folder, stdio: ["pipe", "pipe", "ignore"] },
    );
    this.#process.stdin?.on("error", () => {});
    const input = this.#process.stdout;
    if (input === null) throw new BlockgraphError("worker-failed", "a daemon without output");
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  /** Starts a daemon in a folder, lets `use` work with it, and stops it however that ends. */
  static async using<T>(
    binary: string,
    folder: string,
    use: (daemon: QemuDaemon) => Promise<T>,
  ): Promise<T> {
    const daemon = new QemuDaemon(binary, folder);
    try {
      if ((await daemon.#reply(["QMP"])) === null) {
        throw new BlockgraphError(
          "bad-argument",
          `${binary} does not start; install Debian's qemu-system-common, or name another binary`,
        );
      }
      await daemon.command({ execute: "qmp_capabilities", arguments: {} });
      return await use(daemon);
    } finally {
      await daemon.#stop();
    }
  }

  /** @returns null if the daemon ended instead of answering */
  async command(command: QmpCommand): Promise<QmpReply | null> {
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
    return this.#reply(["return", "error"]);
  }

  /** The next line that has one of these keys; events in between are skipped. */
  async #reply(keys: readonly string[]): Promise<QmpReply | null> {
    for (;;) {
      const line = await this.#lines.next();
      if (line.done === true) return null;
      const message: QmpReply = JSON.parse(line.value);
      if (keys.some((key) => key in message)) return message;
    }
  }

  async #stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const closed = once(this.#process, "close");
    this.#process.kill("SIGTERM");
    await closed;
  }
}
