/**
 * A log comes from anywhere, and its commands are executed by a program that may open any file,
 * connect to any host and run other programs. What is sent is what this project knows, on files of
 * the replay's own folder.
 */
import { BlockgraphError } from "../../error.ts";
import type { DriverCatalogue } from "../../graph/catalogue.ts";
import { COMMANDS, type QmpCommand } from "../../graph/commands.ts";
import { objectsIn } from "./objects-in.ts";

/** Options that name a file, a host or a secret in ways that the simulator does not know. */
const FOREIGN = new Set(["config", "pr-manager", "tls-creds", "tls-authz", "mountpoint", "server"]);
const FILES = new Set(["filename", "snapshot-file"]);
const DEVICES = new Set(["scsi-hd", "virtio-blk-pci"]);

/**
 * @param drivers that the simulator has
 * @throws BlockgraphError `log-not-for-qemu` naming what is not sent
 */
export function requireHarmless(
  { execute, arguments: given }: QmpCommand,
  seq: number,
  drivers: DriverCatalogue,
): void {
  if (!COMMANDS.has(execute)) throw refused(seq, "execute", execute);
  for (const [name, value] of objectsIn(given).flatMap(Object.entries)) {
    const known = isKnown(execute, name, value, drivers);
    if (!known) throw refused(seq, name, value);
  }
}

function isKnown(execute: string, name: string, value: unknown, drivers: DriverCatalogue): boolean {
  // What is no string is malformed, and refused by QEMU.
  if (typeof value !== "string") return !FOREIGN.has(name) && !FILES.has(name);
  if (FILES.has(name)) return isPlainName(value);
  if (name === "driver") return drivers.has(value) || DEVICES.has(value);
  if (name === "qom-type") return value === "throttle-group";
  if (name === "type" && execute === "block-export-add") return value === "nbd";
  if (name === "type" && execute === "transaction") return value === "abort" || COMMANDS.has(value);
  return !FOREIGN.has(name);
}

/** No folder, and no colon: what is before one QEMU takes for a protocol. */
function isPlainName(text: string): boolean {
  return /^\w[\w.-]*$/.test(text);
}

function refused(seq: number, name: string, value: unknown): BlockgraphError {
  return new BlockgraphError(
    "log-not-for-qemu",
    `record ${seq} is not sent to QEMU: ${name} ${JSON.stringify(value)} leads out of the graph; ` +
      "replay the log with --on sim",
  );
}
