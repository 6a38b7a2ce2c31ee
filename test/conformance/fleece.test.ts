/**
 * `blockgraph fleece` and the tools that people have: whoever reads the view gets the point in
 * time, and the disk keeps what its guest has written.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { z } from "zod";
import { blockgraph } from "../cli/blockgraph.ts";
import { outputOf } from "../nbd/serving.ts";
import { Fleeced } from "../support/fleeced.ts";
import { runTool } from "../support/qemu-tools.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const MIB = 1024 * 1024;
const LENGTH = 8 * MIB + 512;

function makeDisk(folder: string): { readonly disk: string; readonly original: Buffer } {
  const disk = join(folder, "disk.raw");
  const original = Buffer.alloc(LENGTH, "the point in time ");
  // Parts of it are holes.
  original.fill(0, 2 * MIB, 3 * MIB);
  original.fill(0, 6 * MIB, 6 * MIB + 131_072);
  fs.writeFileSync(disk, original);
  runTool("fallocate", "--dig-holes", disk);
  return { disk, original };
}

const tools = needsTool("qemu-img", "qemu-io", "nbdinfo", "nbdcopy");

/** As qemu-io is told: discards go through, and it ends with 0 if all patterns were found. */
async function io(uri: string, ...commands: readonly string[]): Promise<void> {
  const args = commands.flatMap((command) => ["-c", command]);
  await outputOf("qemu-io", "-d", "unmap", "-f", "raw", ...args, uri);
}

const WRITES = [
  "write -P 0xab 0 64k",
  "write -P 0xad 0x00f8000 64k",
  "write -P 0x1d 2100000 700000",
  "write -z 5M 1M",
  "discard 7M 64k",
  "write -f -P 0xea 0x7f0000 64k",
];
const READS = [
  "read -P 0xab 0 64k",
  "read -P 0xad 0x00f8000 64k",
  "read -P 0x1d 2100000 700000",
  "read -P 0 5M 1M",
  "read -P 0xea 0x7f0000 64k",
];

describe.each([
  ["in a file", []],
  ["in memory", ["--memory", "16M"]],
])("a disk that is fleeced, its cache %s", (_, options) => {
  tools.test("is read by qemu-img and nbdcopy as it was, while its guest writes", () =>
    inTemporaryFolder(async (folder) => {
      const { disk, original } = makeDisk(folder);
      const ended = await Fleeced.using(disk, folder, options, async ({ guest, view }) => {
        const copies = ["one.raw", "two.raw", "three.raw"].map((name) => join(folder, name));
        const [one = "", two = "", three = ""] = copies;
        await Promise.all([
          io(guest, ...WRITES),
          outputOf("nbdcopy", "--connections=4", "--requests=16", view, one),
          outputOf("qemu-img", "convert", "-f", "raw", "-O", "raw", view, two),
        ]);
        await outputOf("nbdcopy", view, three);
        for (const copy of copies) expect(fs.readFileSync(copy).equals(original)).toBe(true);
        await io(guest, ...READS, "flush");
      });
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      expect(fs.readdirSync(folder).sort()).toEqual([
        "disk.raw",
        "one.raw",
        "three.raw",
        "two.raw",
      ]);
      await io(disk, ...READS);
    }),
  );

  tools.test("can be written by nobody through the view, and given back by TRIM if it may", () =>
    inTemporaryFolder(async (folder) => {
      const { disk, original } = makeDisk(folder);
      await Fleeced.using(disk, folder, options, async ({ view }) => {
        await expect(io(view, "write 0 512")).rejects.toThrow(/read-only|Permission denied/);
      });
      await Fleeced.using(disk, folder, [...options, "--trim"], async ({ guest, view }) => {
        await io(view, "discard 1M 1M", "read 0 1M");
        await expect(io(view, "read 1M 512")).rejects.toThrow("Invalid argument");
        await expect(io(view, "write 4M 512")).rejects.toThrow("Operation not permitted");
        await io(guest, "write -P 9 1M 1M", "read -P 9 1M 1M");
      });
      expect(
        fs
          .readFileSync(disk)
          .subarray(4 * MIB)
          .equals(original.subarray(4 * MIB)),
      ).toBe(true);
    }),
  );
});

tools.test(
  "a qcow2 image above a backing file is fleeced as its disk, and is clean afterwards",
  () =>
    inTemporaryFolder(async (folder) => {
      const { disk: base, original } = makeDisk(folder);
      const disk = join(folder, "top.qcow2");
      runTool("qemu-img", "create", "-q", "-f", "qcow2", "-b", "disk.raw", "-F", "raw", disk);
      runTool("qemu-io", "-f", "qcow2", "-c", "write -P 77 1000k 300k", disk);
      const before = Buffer.from(original);
      before.fill(77, 1000 * 1024, 1300 * 1024);
      const copy = join(folder, "copy.raw");
      const ended = await Fleeced.using(disk, folder, [], async ({ guest, view }) => {
        await Promise.all([io(guest, ...WRITES), outputOf("nbdcopy", view, copy)]);
        expect(fs.readFileSync(copy).equals(before)).toBe(true);
        await outputOf("nbdcopy", view, copy);
        expect(fs.readFileSync(copy).equals(before)).toBe(true);
        await io(guest, ...READS);
      });
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      runTool("qemu-img", "check", "-q", disk);
      expect(fs.readFileSync(base).equals(original)).toBe(true);
      const reads = READS.flatMap((command) => ["-c", command]);
      runTool("qemu-io", "-f", "qcow2", ...reads, disk);
    }),
);

const SAVED = 1;
const RELEASED = 2;
const IN_MEMORY = 4;
const IN_FILE = 8;
/** When a reader should come to a cluster, from bit 8 on: 0 first, 2 when it comes to it anyway. */
const IN_ORDER = 2 << 8;
const NEVER = 5 << 8;

tools.test("a client is told what was saved, what was let go of, and what to copy first", () =>
  inTemporaryFolder(async (folder) => {
    const { disk } = makeDisk(folder);
    const told = async (uri: string) => {
      const text = await outputOf("nbdinfo", "--json", "--map=blockgraph:fleecing", uri);
      return mapSchema.parse(JSON.parse(text)).map(({ offset, type }) => [offset / 65_536, type]);
    };
    await Fleeced.using(disk, folder, ["--trim"], async ({ guest, view }) => {
      expect(await told(view)).toEqual([[0, IN_ORDER]]);
      await io(guest, "write 64k 64k");
      await io(view, "discard 256k 64k");
      const whole = [0, IN_ORDER];
      const saved = [1, SAVED | IN_FILE | IN_ORDER];
      const released = [4, RELEASED | IN_ORDER];
      expect(await told(view)).toEqual([whole, saved, [2, IN_ORDER], released, [5, IN_ORDER]]);
    });
    await Fleeced.using(disk, folder, ["--trim", "--memory", "1M"], async ({ guest, view }) => {
      await io(guest, "write 64k 64k");
      await io(view, "discard 256k 64k");
      const first = [1, SAVED | IN_MEMORY];
      const never = [4, RELEASED | NEVER];
      expect(await told(view)).toEqual([[0, IN_ORDER], first, [2, IN_ORDER], never, [5, IN_ORDER]]);
    });
  }),
);

const infoSchema = z.object({
  structured: z.boolean(),
  exports: z.array(z.looseObject({ "export-size": z.number(), contexts: z.array(z.string()) })),
});
const mapSchema = z.array(z.object({ offset: z.number(), length: z.number(), type: z.number() }));

/** What our server and qemu-nbd have to say differently. */
function withoutDifferences(info: z.infer<typeof infoSchema>) {
  const [first = {}] = info.exports;
  const {
    uri: _uri,
    description: _description,
    contexts: _,
    ...rest
  } = first as Record<string, unknown>;
  return { structured: info.structured, ...rest };
}

needsTool("qemu-nbd", "nbdinfo", "qemu-io").test(
  "nbdinfo is told of a disk what qemu-nbd tells of it: size, abilities, and where data is",
  () =>
    inTemporaryFolder(async (folder) => {
      const { disk } = makeDisk(folder);
      const socket = join(folder, "qemu.sock");
      const qemu = spawn("qemu-nbd", ["-f", "raw", "-t", "-e", "4", "-k", socket, disk]);
      const uri = `nbd+unix:///?socket=${socket}`;
      while (!fs.existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));
      const info = async (of: string) =>
        infoSchema.parse(JSON.parse(await outputOf("nbdinfo", "--json", of)));
      const map = async (of: string) =>
        mapSchema.parse(JSON.parse(await outputOf("nbdinfo", "--json", "--map", of)));
      const theirs = { info: await info(uri), map: await map(uri) };
      qemu.kill();
      await once(qemu, "close");
      await Fleeced.using(disk, folder, [], async ({ guest, view }) => {
        expect(withoutDifferences(await info(guest))).toEqual(withoutDifferences(theirs.info));
        expect(await map(guest)).toEqual(theirs.map);
        expect(await map(view)).toEqual(theirs.map);
        await io(guest, "write 2M 1M");
        expect(await map(view)).toEqual(theirs.map);
        expect(await map(guest)).not.toEqual(theirs.map);
      });
    }),
);

tools.test("a second one is refused while the first goes on, and clients notice nothing", () =>
  inTemporaryFolder(async (folder) => {
    const { disk } = makeDisk(folder);
    await Fleeced.using(disk, folder, [], async ({ guest }) => {
      const second = await blockgraph(["fleece", disk, "--run", "true"]);
      expect(second.code).toBe(2);
      expect(second.stderr).toContain("is the cache of a disk that is being fleeced now");
      const other = ["fleece", disk, "--memory", "1M", "--run", "true"];
      expect((await blockgraph(other)).stderr).toContain("another program uses");
      await expect(io(disk, "write 0 512")).rejects.toThrow('Failed to get "write" lock');
      await io(guest, "write -P 1 0 512", "read -P 1 0 512");
    });
  }),
);

tools.test("memory that is too small for what a guest overwrites is emptied to a file", () =>
  inTemporaryFolder(async (folder) => {
    const { disk, original } = makeDisk(folder);
    const [cache = "", copy = "", log = ""] = ["old", "copy", "log"].map((n) => join(folder, n));
    const options = ["--memory", "512k", "--cache", cache, "--log", log, "--json"];
    const { code, stdout } = await Fleeced.using(disk, folder, options, async ({ guest, view }) => {
      await io(guest, "write -P 1 0 3M", "write -P 2 4M 4M", "flush");
      await outputOf("nbdcopy", view, copy);
    });
    expect(code).toBe(0);
    expect(fs.readFileSync(copy).equals(original)).toBe(true);
    const { spilled, cache: memory } = JSON.parse(stdout.slice(stdout.indexOf("{")));
    expect(spilled).toBeGreaterThan(64);
    expect(memory.room).toBe(8);
    expect(fs.existsSync(cache)).toBe(false);
    const replayed = await blockgraph(["replay", log, "--on", "sim"]);
    expect(replayed).toMatchObject({ code: 0, stderr: "" });
  }),
);

tools.test("a guest that waits for room in memory does not keep it from ending", () =>
  inTemporaryFolder(async (folder) => {
    const { disk } = makeDisk(folder);
    const options = ["--memory", "1M", "--when-full", "wait", "--trim"];
    let written: Promise<unknown> = Promise.resolve();
    const ended = await Fleeced.using(disk, folder, options, async ({ guest }) => {
      await io(guest, "write -P 5 0 512k", "flush");
      written = io(guest, "write -P 6 4M 2M").catch(() => {});
      // It waits for ever now; nobody says when it begins to.
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    await written;
    await io(disk, "read -P 5 0 512k");
  }),
);
