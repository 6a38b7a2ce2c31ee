/**
 * A machine with the devices and exports of a log: what is sent to it, and where requests go in.
 *
 * Commands are sent as they stand, but for two things that a log need not know: a PCI disk is put
 * into a slot that can be emptied again, and the NBD server listens in the replay's folder.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { BlockgraphError } from "../../error.ts";
import type { QmpCommand } from "../../graph/commands.ts";
import { expandFill } from "../../log/fill.ts";
import { CHANGING_OPERATIONS, type Errno } from "../../vocabulary.ts";
import type { QemuDaemon, QmpReply, Silence } from "../daemon.ts";
import { errnoText, errnoTextOverNbd } from "../errno-text.ts";
import { isNbdRequest, nbdRequest } from "../nbd-client.ts";
import { MACHINE_SLOTS, NBD_SOCKET } from "../program.ts";
import { type IoResult, ioCommand, parseIo } from "../qemu-io.ts";
import type { RequestStep } from "./plan.ts";

/** What a request's result must be compared with is said differently by devices and exports. */
type Door =
  | { readonly kind: "device"; readonly path: string; readonly slot: string | null }
  | { readonly kind: "export"; readonly name: string; readonly writable: boolean };

const PAYLOAD = "payload";
const NBD_ADDRESS = { type: "unix", data: { path: NBD_SOCKET } } as const;

export class Machine {
  readonly #qemu: QemuDaemon;
  readonly #folder: string;
  /** by the names that the log uses */
  readonly #doors = new Map<string, Door>();

  private constructor(qemu: QemuDaemon, folder: string) {
    this.#qemu = qemu;
    this.#folder = folder;
  }

  /** @param folder that the QEMU was started in */
  static async prepare(qemu: QemuDaemon, folder: string): Promise<Machine> {
    const server = { addr: NBD_ADDRESS, "max-connections": 0 };
    await qemu.command({ execute: "nbd-server-start", arguments: server });
    return new Machine(qemu, folder);
  }

  /**
   * Executes a command of the log.
   * @param accepted whether it was accepted there. A job works in its own time: what it is told too
   *   early is told again until it has come as far as in the log, or has had time enough.
   */
  async command(command: QmpCommand, accepted = false): Promise<QmpReply | Silence> {
    const sent = this.#asSent(command);
    let reply = await this.#qemu.command(sent);
    for (let tries = 1; accepted && isTooEarly(reply) && tries < TRIES_MAX; tries++) {
      await setTimeout(PAUSE);
      reply = await this.#qemu.command(sent);
    }
    if (!("silence" in reply) && reply.error === undefined) this.#note(sent);
    return reply;
  }

  #asSent({ execute, arguments: given }: QmpCommand): QmpCommand {
    if (execute === "nbd-server-start") {
      return { execute, arguments: { ...given, addr: NBD_ADDRESS } };
    }
    const slotted = execute === "device_add" && given.driver === "virtio-blk-pci";
    if (!slotted || given.bus !== undefined) return { execute, arguments: given };
    const taken = [...this.#doors.values()].map((door) => "slot" in door && door.slot);
    const bus = MACHINE_SLOTS.find((slot) => !taken.includes(slot));
    if (bus !== undefined) return { execute, arguments: { ...given, bus } };
    throw new BlockgraphError(
      "log-not-for-qemu",
      `the log has more than ${MACHINE_SLOTS.length} PCI disks at once, and the machine has no ` +
        "more slots; replay it with --on sim",
    );
  }

  /** Remembers where requests may go in from now on. */
  #note({ execute, arguments: given }: QmpCommand): void {
    const id = String(given.id);
    if (execute === "device_add") {
      const scsi = given.driver === "scsi-hd";
      const path = scsi ? id : `/machine/peripheral/${id}/virtio-backend`;
      const slot = typeof given.bus === "string" ? given.bus : null;
      this.#doors.set(id, { kind: "device", path, slot });
    } else if (execute === "block-export-add") {
      const name = String(given.name ?? given["node-name"]);
      this.#doors.set(id, { kind: "export", name, writable: given.writable === true });
    } else if (execute === "device_del" || execute === "block-export-del") {
      this.#doors.delete(id);
    }
  }

  /**
   * Makes a request of the log.
   * @returns null if QEMU cannot be asked that
   */
  async request({ io }: RequestStep): Promise<IoResult | null> {
    const door = this.#doors.get(io.through);
    if (door === undefined) return null;
    const payload = io.data === undefined ? null : expandFill(io.data, io.length);
    if (door.kind === "export") {
      const socket = join(this.#folder, NBD_SOCKET);
      return isNbdRequest(io) ? nbdRequest(socket, door.name, io, payload) : null;
    }
    const command = ioCommand(io, PAYLOAD);
    if (command === null) return null;
    if (payload !== null) writeFileSync(join(this.#folder, PAYLOAD), payload);
    return this.#deviceIo(door.path, command);
  }

  /** qemu-io inside of the machine, as its device's user. */
  async #deviceIo(path: string, command: string): Promise<IoResult> {
    const reply = await this.#qemu.command({
      execute: "human-monitor-command",
      arguments: { "command-line": `qemu-io -d ${path} "${command}"` },
    });
    if ("silence" in reply) return { error: "no answer", data: NOTHING };
    const said = reply.error?.desc ?? String(reply.return).trim();
    if (said !== "") return { error: said, data: NOTHING };
    return parseIo(this.#qemu.printed(), true);
  }

  /** How the machine ended, if it has; for the end of a sentence. */
  async lastWords(): Promise<string> {
    const reply = await this.#qemu.command({ execute: "query-status", arguments: {} });
    return "silence" in reply ? `, which ${reply.silence} (${reply.said})` : "";
  }

  /**
   * How an error of the log is called where the request goes in. To change what is exported to be
   * read only is refused with EROFS (nbd/server.c, `nbd_co_receive_request`), which logs call EPERM
   * and clients hear as EINVAL.
   */
  errorText({ through, operation }: RequestStep["io"], errno: Errno): string {
    const door = this.#doors.get(through);
    if (door?.kind !== "export") return errnoText(errno);
    const refused = !door.writable && errno === "EPERM" && CHANGING_OPERATIONS.has(operation);
    return errnoTextOverNbd(refused ? "EINVAL" : errno);
  }
}

const NOTHING = new Uint8Array(0);

/** ms after which a job is told again */
const PAUSE = 5;
/** times that a job is told the same; then it is not that it was too early */
const TRIES_MAX = 400;

/** Whether a job is in another state than the command is for (job.c, `job_apply_verb_locked`). */
function isTooEarly(reply: QmpReply | Silence): boolean {
  const text = "silence" in reply ? "" : (reply.error?.desc ?? "");
  return /^Job '.*' in state '\w+' cannot accept command verb '/.test(text);
}
