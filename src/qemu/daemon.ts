/**
 * A qemu-storage-daemon: QMP over its stdin and stdout, one JSON document a line.
 *
 * Over sockets, a client that connects at once may meet a daemon that greets twice (defect M2 of
 * the reference); over stdio it does not. A daemon ends of itself after a while, so that none
 * outlives whoever started it and was killed. What it says on stderr is kept: the assertion that
 * ended it is there.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";

const LONGEST_LIFE = "120s";
/** ms after which a daemon that does not answer counts as hung; it takes some ms, if any */
const PATIENCE = 20_000;

export interface QmpReply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

interface QmpEvent {
  readonly event: string;
  readonly data?: { readonly id?: string; readonly status?: string };
}

/** Commands that are answered before they have had their effect, and the event that tells of it. */
const ENDS: ReadonlyMap<string, (event: QmpEvent) => boolean> = new Map([
  ["block-export-del", ({ event }) => event === "BLOCK_EXPORT_DELETED"],
  [
    "block-job-cancel",
    ({ event, data }) => event === "JOB_STATUS_CHANGE" && data?.status === "null",
  ],
]);

/** What came instead of a reply. */
export interface Silence {
  readonly silence: "aborted" | "hung";
  /** the last line on stderr: an assertion, if one ended it */
  readonly said: string;
  /** what ended the process; null: it ended of itself */
  readonly signal: NodeJS.Signals | null;
}

export class QemuDaemon {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  /** until it has ended, and all that it printed was read */
  readonly #end: Promise<unknown>;
  /** jobs that have ended since a job was started under their id */
  readonly #ended = new Set<string>();
  #said = "";

  private constructor(binary: string, folder: string) {
    this.#process = spawn(
      "timeout",
      [
        ...["--kill-after=1", LONGEST_LIFE, binary],
        ...["--chardev", "stdio,id=c0", "--monitor", "chardev=c0"],
        ...["--nbd-server", "addr.type=unix,addr.path=nbd.sock,max-connections=0"],
      ],
      { cwd: folder, stdio: ["pipe", "pipe", "pipe"] },
    );
    // A program that cannot be started ends as well, without a greeting.
    this.#end = once(this.#process, "close").catch(() => undefined);
    // Whoever kills `timeout` leaves the daemon behind, in the group of processes that it has made:
    // it would keep its output open, and its end would be waited for for ever.
    this.#process.once("exit", () => killGroup(this.#process.pid));
    // A command that is written to a daemon that just ended is answered by the end of its output.
    this.#process.stdin?.on("error", () => {});
    this.#process.stderr?.on("data", (text: Buffer) => {
      this.#said = text.toString("utf8").trim().split("\n").at(-1) ?? "";
    });
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
      if ("silence" in (await daemon.#next((message) => "QMP" in message))) {
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

  /** Sends a line that need not be a command, but has one answer. */
  line(text: string): Promise<QmpReply | Silence> {
    this.#process.stdin?.write(`${text}\n`);
    return this.#next(isReply);
  }

  /**
   * Executes a command, and waits until it has had its effect.
   * @param patience ms after which the daemon counts as hung
   */
  async command(command: QmpCommand, patience = PATIENCE): Promise<QmpReply | Silence> {
    this.#ended.delete(String(command.arguments["job-id"]));
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
    const isEnd = ENDS.get(command.execute);
    let ended = isEnd === undefined;
    const reply = await this.#next((message) => {
      if (isEvent(message)) ended ||= isEnd?.(message) === true;
      return isReply(message);
    }, patience);
    if ("silence" in reply || "error" in reply || ended) return reply;
    const end = await this.#next(
      (message) => isEvent(message) && isEnd?.(message) === true,
      patience,
    );
    return "silence" in end ? end : reply;
  }

  /** Waits until a job has ended of itself. @returns whether it has, or the daemon is ended */
  async jobEnd(id: string, patience = PATIENCE): Promise<boolean> {
    if (this.#ended.has(id)) return true;
    return !("silence" in (await this.#next(() => this.#ended.has(id), patience)));
  }

  /** The next message that is awaited. */
  async #next(
    awaited: (message: object) => boolean,
    patience = PATIENCE,
  ): Promise<QmpReply | Silence> {
    let hung = false;
    const alarm = setTimeout(() => {
      hung = true;
      this.#process.kill("SIGTERM");
    }, patience);
    try {
      for (;;) {
        const line = await this.#lines.next();
        if (line.done === true) {
          await this.#end;
          const { signalCode: signal } = this.#process;
          return { silence: hung ? "hung" : "aborted", said: this.#said, signal };
        }
        const message: object = JSON.parse(line.value);
        if (isEvent(message)) this.#note(message);
        if (awaited(message)) return message;
      }
    } finally {
      clearTimeout(alarm);
    }
  }

  #note({ event, data }: QmpEvent): void {
    if (event !== "JOB_STATUS_CHANGE" || data?.id === undefined) return;
    if (data.status === "null") this.#ended.add(data.id);
  }

  async #stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#end;
  }
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // There is nobody left, as it should be.
  }
}

const isEvent = (message: object): message is QmpEvent => "event" in message;
const isReply = (message: object) => "return" in message || "error" in message;
