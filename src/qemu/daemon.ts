/**
 * A qemu-storage-daemon, or a whole machine: QMP, one JSON document a line.
 *
 * What it says on stderr is kept: the assertion that ended it is there.
 */
import { once } from "node:events";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { createInterface } from "node:readline";
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";
import { type Program, startDaemon, startMachine } from "./program.ts";

/** characters of stderr that are kept: an assertion has some hundred */
const LAST_WORDS = 4_096;
/** seconds */
const LONGEST_LIFE = 120;
/** ms after which a daemon that does not answer counts as hung; it takes some ms, if any */
const PATIENCE = 20_000;

export interface QmpReply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

interface QmpEvent {
  readonly event: string;
  readonly data?: { readonly id?: string; readonly status?: string; readonly device?: string };
}

/** Commands that are answered before they have had their effect, and the event that tells of it. */
const ENDS: ReadonlyMap<string, (event: QmpEvent) => boolean> = new Map([
  ["device_del", ({ event, data }) => event === "DEVICE_DELETED" && data?.device !== undefined],
  ["block-export-del", ({ event }) => event === "BLOCK_EXPORT_DELETED"],
  ["block-job-cancel", hasEnded],
  ["job-cancel", hasEnded],
]);

/** Whether a job holds nothing any more, or waits to be finalized. */
function hasEnded({ event, data }: QmpEvent): boolean {
  if (event === "BLOCK_JOB_PENDING") return true;
  return event === "JOB_STATUS_CHANGE" && ["concluded", "null"].includes(data?.status ?? "");
}

/** What came instead of a reply. */
export interface Silence {
  readonly silence: "aborted" | "hung";
  /** the last line on stderr: an assertion, if one ended it */
  readonly said: string;
  /** what ended the process; null: it ended of itself */
  readonly signal: NodeJS.Signals | null;
}

export class QemuDaemon {
  readonly #program: Program;
  readonly #lines: AsyncIterator<string>;
  /** until it has ended, and all that it said was read */
  readonly #end: Promise<unknown>;
  /** the end of what it said on stderr; a line may come in pieces */
  #said = "";
  /** bytes of what it printed that were read */
  #seen = 0;

  private constructor(program: Program) {
    this.#program = program;
    // A program that cannot be started ends as well, without a greeting.
    this.#end = once(program.process, "close").catch(() => undefined);
    // Whoever kills `timeout` leaves the daemon behind, in the group of processes that it has made:
    // it would keep its output open, and its end would be waited for for ever.
    program.process.once("exit", () => killGroup(program.process.pid));
    // A command that is written to a daemon that just ended is answered by the end of its output.
    program.input.on("error", () => {});
    program.process.stderr?.on("data", (text: Buffer) => {
      this.#said = `${this.#said}${text.toString("utf8")}`.slice(-LAST_WORDS);
    });
    this.#lines = createInterface({ input: program.output })[Symbol.asyncIterator]();
  }

  /**
   * Starts a daemon in a folder, lets `use` work with it, and stops it however that ends, be it by
   * the end of this process.
   */
  static async using<T>(
    binary: string,
    folder: string,
    use: (daemon: QemuDaemon) => Promise<T>,
  ): Promise<T> {
    const remedy = "install Debian's qemu-system-common, or name another binary";
    return QemuDaemon.#using(startDaemon(binary, folder, LONGEST_LIFE), use, binary, remedy);
  }

  /**
   * The same with a machine, which has devices, and no NBD server yet.
   * @param seconds that it may take longer than others
   */
  static async usingMachine<T>(
    binary: string,
    folder: string,
    seconds: number,
    use: (machine: QemuDaemon) => Promise<T>,
  ): Promise<T> {
    const remedy = "install Debian's qemu-system-x86, or name another binary";
    const program = startMachine(binary, folder, LONGEST_LIFE + seconds);
    return QemuDaemon.#using(program, use, binary, remedy);
  }

  static async #using<T>(
    program: Program,
    use: (daemon: QemuDaemon) => Promise<T>,
    binary: string,
    remedy: string,
  ): Promise<T> {
    const daemon = new QemuDaemon(program);
    const kill = () => program.process.kill("SIGTERM");
    process.once("exit", kill);
    try {
      if ("silence" in (await daemon.#next((message) => "QMP" in message))) {
        throw new BlockgraphError("bad-argument", `${binary} does not start; ${remedy}`);
      }
      await daemon.command({ execute: "qmp_capabilities", arguments: {} });
      return await use(daemon);
    } finally {
      process.off("exit", kill);
      await daemon.#stop();
    }
  }

  get #lastLine(): string {
    return this.#said.trim().split("\n").at(-1) ?? "";
  }

  /** What was printed, besides QMP, since this was asked last. */
  printed(): string {
    if (this.#program.printed === null) return "";
    const file = openSync(this.#program.printed, "r");
    try {
      const news = Buffer.alloc(fstatSync(file).size - this.#seen);
      this.#seen += readSync(file, news, 0, news.length, this.#seen);
      return news.toString("latin1");
    } finally {
      closeSync(file);
    }
  }

  /** Sends a line that need not be a command, but has one answer. */
  line(text: string): Promise<QmpReply | Silence> {
    this.#program.input.write(`${text}\n`);
    return this.#next(isReply);
  }

  /**
   * Executes a command, and waits until it has had its effect.
   * @param patience ms after which the daemon counts as hung
   */
  async command(command: QmpCommand, patience = PATIENCE): Promise<QmpReply | Silence> {
    this.#program.input.write(`${JSON.stringify(command)}\n`);
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

  /** The next message that is awaited. */
  async #next(
    awaited: (message: object) => boolean,
    patience = PATIENCE,
  ): Promise<QmpReply | Silence> {
    let hung = false;
    const alarm = setTimeout(() => {
      hung = true;
      this.#program.process.kill("SIGTERM");
    }, patience);
    try {
      for (;;) {
        const line = await this.#lines.next().catch(() => ENDED);
        if (line.done === true) {
          await this.#end;
          const { signalCode: signal } = this.#program.process;
          return { silence: hung ? "hung" : "aborted", said: this.#lastLine, signal };
        }
        // It says there as well which images it makes (QEMU block.c, `bdrv_img_create`).
        if (line.value.startsWith("Formatting '")) continue;
        const message: object = JSON.parse(line.value);
        if (awaited(message)) return message;
      }
    } finally {
      clearTimeout(alarm);
    }
  }

  async #stop(): Promise<void> {
    this.#program.process.kill("SIGTERM");
    await this.#end;
  }
}

/** A program that ends before it has read everything resets its channel. */
const ENDED: IteratorResult<string> = { done: true, value: undefined };

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
