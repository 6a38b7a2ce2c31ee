/**
 * The same bytes offered by us and by QEMU: whoever asks is told the same of both.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { NbdExport } from "../../src/nbd/export.ts";
import { openNbd } from "../../src/nbd/nbd-storage.ts";
import { MemoryExport } from "../nbd/memory-export.ts";
import { outputOf, runAside, serving } from "../nbd/serving.ts";
import { ask, askNow } from "../storage/ask.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("nbdinfo", "qemu-io", "qemu-nbd");

const QEMU_NBD = "qemu-nbd";
const KIB = 1024;
const SIZE = 1024 * KIB;
/** Where the two may differ: what an address is called. */
const PLACES = ["uri", "content"];

interface Both {
  readonly ours: string;
  readonly theirs: string;
  /** what QEMU offers, and where */
  readonly image: string;
  readonly socket: string;
}

/** Offers a file through qemu-nbd and the same bytes through us. */
function beside(
  changes: Partial<NbdExport>,
  options: readonly string[],
  use: (both: Both) => Promise<void>,
): Promise<void> {
  const offered = new MemoryExport(SIZE, changes);
  const data = Buffer.alloc(256 * KIB, 0x42);
  offered.image.execute("write", 128 * KIB, data.length, data);
  return serving([offered], async ({ folder, uri }) => {
    const [image, socket] = [join(folder, "image"), join(folder, "qemu.sock")];
    fs.writeFileSync(image, "");
    fs.truncateSync(image, SIZE);
    const file = fs.openSync(image, "r+");
    fs.writeSync(file, data, 0, data.length, 128 * KIB);
    fs.closeSync(file);
    const common = ["-f", "raw", "-t", "-e", "8", "-k", socket, "--discard=unmap"];
    const child = spawn(QEMU_NBD, [...common, ...options, image], { stdio: "ignore" });
    try {
      await untilThere(socket, child);
      await use({
        ours: uri(changes.name),
        theirs: `nbd+unix:///${changes.name ?? ""}?socket=${socket}`,
        image,
        socket,
      });
    } finally {
      const exited = once(child, "exit");
      if (child.exitCode === null && child.kill()) await exited;
    }
  });
}

async function untilThere(socket: string, child: ChildProcess): Promise<void> {
  while (!fs.existsSync(socket)) {
    if (child.exitCode !== null) throw new Error("qemu-nbd has ended");
    await pause(5);
  }
}

async function infoOf(uri: string, ...options: readonly string[]): Promise<unknown> {
  const text = await outputOf("nbdinfo", "--json", ...options, uri);
  return JSON.parse(text, (key, value) => (PLACES.includes(key) ? undefined : value));
}

test("nbdinfo finds the same export", async () => {
  await beside({}, [], async ({ ours, theirs }) => {
    expect(await infoOf(ours)).toEqual(await infoOf(theirs));
  });
});

test("nbdinfo finds the same export with a name and a description", async () => {
  const named = { name: "disk", description: "a disk" };
  await beside(named, ["-x", "disk", "-D", "a disk"], async ({ ours, theirs }) => {
    expect(await infoOf(ours)).toEqual(await infoOf(theirs));
    expect(await infoOf(ours, "--list")).toEqual(await infoOf(theirs, "--list"));
  });
});

test("nbdinfo finds the same read-only export", async () => {
  await beside({ writable: false, trims: false }, ["-r"], async ({ ours, theirs }) => {
    expect(await infoOf(ours)).toEqual(await infoOf(theirs));
  });
});

test("nbdinfo and qemu-img find the same map", async () => {
  await beside({}, [], async ({ ours, theirs }) => {
    expect(await infoOf(ours, "--map")).toEqual(await infoOf(theirs, "--map"));
    const maps = [ours, theirs].map((uri) => outputOf("qemu-img", "map", "--output=json", uri));
    const [one, other] = await Promise.all(maps);
    expect(one).toBe(other);
  });
});

test("qemu-io gets the same answers", async () => {
  const commands = [
    "read -P 0x42 128k 256k",
    "read -v 127k 2k",
    "write -P 1 0 512",
    "write -P 2 1048064 512",
    "write -z 128k 4k",
    "write -z -u 256k 64k",
    "discard 192k 64k",
    "read -v 126k 4k",
    "read -v 1047k 1k",
    "flush",
    "map",
  ].flatMap((command) => ["-c", command]);
  await beside({}, [], async ({ ours, theirs }) => {
    const ask = (uri: string) => runAside("qemu-io", "-d", "unmap", "-f", "raw", ...commands, uri);
    const [one, other] = [await ask(ours), await ask(theirs)];
    const timeless = (text: string) => text.replace(/.*ops; .*\n/g, "");
    expect(timeless(one.output)).toBe(timeless(other.output));
    expect(one.status).toBe(other.status);
  });
});

test("an export of QEMU's is an image of ours", async () => {
  await beside({}, [], async ({ image, socket }) => {
    const storage = await openNbd({ path: socket }, "");
    expect(storage.length).toBe(SIZE);
    const status = async (offset: number) => {
      const { status, bytes } = await askNow(storage, "block-status", offset, SIZE - offset);
      return `${status} ${bytes}`;
    };
    expect([await status(0), await status(128 * KIB)]).toEqual([
      `zero ${128 * KIB}`,
      `data ${256 * KIB}`,
    ]);
    const model = fs.readFileSync(image);
    const ended = [];
    for (let count = 0; count < 200; count++) {
      const offset = (count * 7919 * 512) % SIZE;
      const length = Math.min(SIZE - offset, 1 + ((count * 104729) % (64 * KIB)));
      if (count % 3 === 0) {
        ended.push(ask(storage, "discard", offset, length));
        model.fill(0, offset, offset + length);
      } else {
        const bytes = Buffer.alloc(length, count);
        ended.push(ask(storage, "write", offset, length, bytes));
        bytes.copy(model, offset);
      }
    }
    ended.push(ask(storage, "flush"));
    storage.kick();
    for (const { errno } of await Promise.all(ended)) expect(errno).toBe(null);
    const whole = Buffer.alloc(SIZE);
    await askNow(storage, "read", 0, SIZE, whole);
    expect(whole.equals(model)).toBe(true);
    expect(fs.readFileSync(image).equals(model)).toBe(true);
    storage.close();
  });
});
