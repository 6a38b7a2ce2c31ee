/**
 * A qemu-storage-daemon, or a whole machine: QMP over its stdin and stdout, one JSON document a line.
 *
 * Over sockets, a client that connects at once may meet a daemon that greets twice (defect M2 of
 * the reference); over stdio it does not. A daemon ends of itself after a while, so that none
 * outlives whoever started it and was killed. What it says on stderr is kept: the assertion that
 * ended it is there. A machine also prints what qemu-io says that it runs in itself; it must do so
 * line by line, lest it comes after the reply.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";

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
  [
    "block-job-cancel",
    ({ event, data }) => event === "JOB_STATUS_CHANGE" && data?.status === "null",
  ],
]);

/** A program and what it is started with, and how it is called if it does not start. */
interface Start {
  readonly command: readonly string[];
  readonly remedy: string;
  /** whether lines that are not QMP may come */
  readonly prints: boolean;
}

const QMP = ["--chardev", "stdio,id=c0"] as const;

/** @param binary a qemu-storage-daemon */
function daemonStart(binary: string): Start {
  const server = "addr.type=unix,addr.path=nbd.sock,max-connections=0";
  return {
    command: [binary, ...QMP, "--monitor", "chardev=c0", "--nbd-server", server],
    remedy: "install Debian's qemu-system-common, or name another binary",
    prints: false,
  };
}

/** Slots for PCI disks, as `bus` of `device_add` names them. */
export const MACHINE_SLOTS: readonly string[] = ["slot1", "slot2", "slot3", "slot4"];

/** @param binary a qemu-system, whose machine stands still: nobody but us uses its disks */
function machineStart(binary: string): Start {
  const machine = ["-machine", "q35,accel=tcg", "-nodefaults", "-display", "none", "-S"];
  // A guest would have to let a disk go; a slot that nobody powered lets it go by itself.
  const slots = ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"];
  for (const [index, id] of MACHINE_SLOTS.entries()) {
    slots.push("-device", `pcie-root-port,id=${id},chassis=${index + 1}`);
  }
  const disks = [...slots, "-device", "virtio-scsi-pci"];
  const monitor = [...QMP, "-mon", "chardev=c0,mode=control"];
  return {
    command: ["stdbuf", "-oL", binary, ...machine, ...disks, ...monitor],
    remedy: "install Debian's qemu-system-x86, or name another binary",
    prints: true,
  };
}

/** What came instead of a reply. */
export interface Silence {
  readonly silence: "aborted" | "hung";
  /** the last line on stderr: an assertion, if one ended it */
  readonly said: string;
}

export class QemuDaemon {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  /** until it has ended, and all that it printed was read */
  readonly #end: Promise<unknown>;
  readonly #prints: boolean;
  #said = "";
  #printed: string[] = [];

  private constructor({ command, prints }: Start, folder: string, seconds: number) {
    this.#prints = prints;
    this.#process = spawn("timeout", ["--kill-after=1", `${seconds}s`, ...command], {
      cwd: folder,
      stdio: ["pipe", "pipe", "pipe"],
    });
    // A program that cannot be started ends as well, without a greeting.
    this.#end = once(this.#process, "close").catch(() => undefined);
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
    return QemuDaemon.#using(binary, daemonStart(binary), folder, use);
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
    const life = LONGEST_LIFE + seconds;
    return QemuDaemon.#using(binary, machineStart(binary), folder, use, life);
  }

  static async #using<T>(
    binary: string,
    start: Start,
    folder: string,
    use: (daemon: QemuDaemon) => Promise<T>,
    seconds = LONGEST_LIFE,
  ): Promise<T> {
    const daemon = new QemuDaemon(start, folder, seconds);
    try {
      if ("silence" in (await daemon.#next((message) => "QMP" in message))) {
        throw new BlockgraphError("bad-argument", `${binary} does not start; ${start.remedy}`);
      }
      await daemon.command({ execute: "qmp_capabilities", arguments: {} });
      return await use(daemon);
    } finally {
      await daemon.#stop();
    }
  }

  /** What was printed, besides QMP, since the last command was sent. */
  get printed(): readonly string[] {
    return this.#printed;
  }

  /** Sends a line that need not be a command, but has one answer. */
  line(text: string): Promise<QmpReply | Silence> {
    this.#process.stdin?.write(`${text}\n`);
    return this.#next(isReply);
  }

  /** Executes a command, and waits until it has had its effect. */
  async command(command: QmpCommand): Promise<QmpReply | Silence> {
    this.#printed = [];
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
    const isEnd = ENDS.get(command.execute);
    let ended = isEnd === undefined;
    const reply = await this.#next((message) => {
      if (isEvent(message)) ended ||= isEnd?.(message) === true;
      return isReply(message);
    });
    if ("silence" in reply || "error" in reply || ended) return reply;
    const end = await this.#next((message) => isEvent(message) && isEnd?.(message) === true);
    return "silence" in end ? end : reply;
  }

  /** The next message that is awaited. */
  async #next(awaited: (message: object) => boolean): Promise<QmpReply | Silence> {
    let hung = false;
    const alarm = setTimeout(() => {
      hung = true;
      this.#process.kill("SIGTERM");
    }, PATIENCE);
    try {
      for (;;) {
        const line = await this.#lines.next();
        if (line.done === true) {
          await this.#end;
          return { silence: hung ? "hung" : "aborted", said: this.#said };
        }
        if (this.#prints && !line.value.startsWith("{")) {
          this.#printed.push(line.value);
          continue;
        }
        const message: object = JSON.parse(line.value);
        if (awaited(message)) return message;
      }
    } finally {
      clearTimeout(alarm);
    }
  }

  async #stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#end;
  }
}

const isEvent = (message: object): message is QmpEvent => "event" in message;
const isReply = (message: object) => "return" in message || "error" in message;
