/**
 * The programs of QEMU that there are to talk to, and the channel to each.
 *
 * Over sockets with names, a client that connects at once may meet a daemon that greets twice
 * (defect M2 of the reference); over stdio, or a pair of sockets that the program is born with, it
 * does not. A daemon takes its stdio for that. A machine has a socket, because qemu-io inside of it
 * prints what it says on stdout: into a file, for a pipe that is full swallows it.
 *
 * A program ends of itself after a while, so that none outlives whoever started it and was killed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { BlockgraphError } from "../error.ts";

/** A program that was started, or tried to be. */
export interface Program {
  readonly process: ChildProcess;
  readonly input: Writable;
  readonly output: Readable;
  /** the file that it prints to; null: it prints nothing but QMP */
  readonly printed: string | null;
}

/** Slots for PCI disks, as `bus` of `device_add` names them. */
export const MACHINE_SLOTS: readonly string[] = Array.from(
  { length: 8 },
  (_, index) => `slot${index + 1}`,
);

/** Where an NBD server listens, in the folder that its QEMU works in. */
export const NBD_SOCKET = "nbd.sock";

/** What a machine prints to, in its folder. */
const PRINTED = "printed.txt";

/**
 * A qemu-storage-daemon, whose NBD server listens in the folder.
 * @param seconds after which it ends
 */
export function startDaemon(binary: string, folder: string, seconds: number): Program {
  const server = `addr.type=unix,addr.path=${NBD_SOCKET},max-connections=0`;
  const qmp = ["--chardev", "stdio,id=c0", "--monitor", "chardev=c0"];
  const child = spawn("timeout", lasting(seconds, [binary, ...qmp, "--nbd-server", server]), {
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
  });
  return { process: child, input: child.stdin, output: child.stdout, printed: null };
}

/** A qemu-system, whose machine stands still: nobody but us uses its disks. */
export function startMachine(binary: string, folder: string, seconds: number): Program {
  const machine = ["-machine", "q35,accel=tcg", "-nodefaults", "-display", "none", "-S"];
  // A guest would have to let a disk go; a slot that nobody powered lets it go by itself.
  const slots = ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"];
  for (const [index, id] of MACHINE_SLOTS.entries()) {
    slots.push("-device", `pcie-root-port,id=${id},chassis=${index + 1}`);
  }
  const qmp = ["-chardev", "socket,id=c0,fd=3", "-mon", "chardev=c0,mode=control"];
  const command = [binary, ...machine, ...slots, "-device", "virtio-scsi-pci", ...qmp];
  const path = join(folder, PRINTED);
  const file = openSync(path, "w");
  try {
    // Line by line, lest it comes after the reply.
    const child = spawn("timeout", lasting(seconds, ["stdbuf", "-oL", ...command]), {
      cwd: folder,
      stdio: ["ignore", file, "pipe", "pipe"],
    });
    const channel = child.stdio[3];
    if (channel instanceof Socket) {
      return { process: child, input: channel, output: channel, printed: path };
    }
    throw new BlockgraphError("worker-failed", "a machine without a channel");
  } finally {
    closeSync(file);
  }
}

function lasting(seconds: number, command: readonly string[]): string[] {
  return ["--kill-after=1", `${seconds}s`, ...command];
}
