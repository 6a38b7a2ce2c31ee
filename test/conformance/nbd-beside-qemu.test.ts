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
import { MemoryExport } from "../nbd/memory-export.ts";
import { outputOf, runAside, serving } from "../nbd/serving.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("nbdinfo", "qemu-io", "qemu-nbd");

const KIB = 1024;
const SIZE = 1024 * KIB;
/** Where the two may differ: what an address is called. */
const PLACES = ["uri", "content"];

interface Both {
  readonly ours: string;
  readonly theirs: string;
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
    const child = spawn("qemu-nbd", [...common, ...options, image], { stdio: "ignore" });
    try {
      await untilThere(socket, child);
      await use({
        ours: uri(changes.name),
        theirs: `nbd+unix:///${changes.name ?? ""}?socket=${socket}`,
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
