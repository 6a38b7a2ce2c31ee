/**
 * Backups over NBD as backup programs make them: whole ones of the point in time, and of what
 * changed since an earlier one, from `blockgraph fleece` and from a daemon that is told over QMP
 * what libvirt tells QEMU.
 */
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { blockgraph } from "../cli/blockgraph.ts";
import { outputOf } from "../nbd/serving.ts";
import { Fleeced } from "../support/fleeced.ts";
import { runTool } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { readLikeBackups } from "./nbd-reader.ts";

const MIB = 1024 * 1024;
const CLUSTER = 65_536;
const LENGTH = 8 * MIB;

const tools = needsTool("qemu-img", "qemu-io", "qemu-nbd", "nbdsh", "nbdinfo");

const io = (uri: string, ...commands: readonly string[]) =>
  outputOf("qemu-io", "-f", "raw", ...commands.flatMap((each) => ["-c", each]), uri);

function emptyCopy(folder: string, name: string): string {
  const copy = join(folder, name);
  fs.closeSync(fs.openSync(copy, "wx"));
  fs.truncateSync(copy, LENGTH);
  return copy;
}

/** A qcow2 disk with a bitmap that has recorded some writes, and the disk before and after them. */
function recordedDisk(folder: string) {
  const disk = join(folder, "disk.qcow2");
  const raw = (name: string) => {
    const path = join(folder, name);
    runTool("qemu-img", "convert", "-f", "qcow2", "-O", "raw", disk, path);
    return path;
  };
  runTool("qemu-img", "create", "-q", "-f", "qcow2", disk, String(LENGTH));
  runTool("qemu-io", "-f", "qcow2", "-c", "write -P 1 0 3M", disk);
  const full = raw("full.raw");
  runTool("qemu-img", "bitmap", "--add", disk, "since");
  const changes = ["write -P 2 1M 100k", "write -z 2M 64k", "write -P 3 5M 1"];
  runTool("qemu-io", "-f", "qcow2", ...changes.flatMap((each) => ["-c", each]), disk);
  return { disk, full, now: fs.readFileSync(raw("now.raw")) };
}

/** What the guest does meanwhile. */
const WRITES = ["write -P 9 1M 1M", "write -P 9 5M 2M", "write -z 0 512k"];

describe("from fleece", () => {
  tools.test("a whole backup is the disk at the point in time, read in parts by several", () =>
    inTemporaryFolder(async (folder) => {
      const { disk, now } = recordedDisk(folder);
      const copy = emptyCopy(folder, "copy.raw");
      await Fleeced.using(disk, folder, [], async ({ guest, view }) => {
        const [extents] = await Promise.all([
          readLikeBackups(view, "base:allocation", copy),
          io(guest, ...WRITES),
        ]);
        expect(extents.some(([, , wanted]) => !wanted)).toBe(true);
        expect(fs.readFileSync(copy).equals(now)).toBe(true);
      });
    }),
  );

  tools.test("what a bitmap of the image has recorded, and no more, whatever a guest does", () =>
    inTemporaryFolder(async (folder) => {
      const { disk, full, now } = recordedDisk(folder);
      const context = "qemu:dirty-bitmap:since";
      for (const options of [[], ["--memory", "16M"]]) {
        const copy = join(folder, "copy.raw");
        fs.copyFileSync(full, copy);
        const given = ["--bitmap", "since", ...options];
        await Fleeced.using(disk, folder, given, async ({ guest, view }) => {
          const [extents] = await Promise.all([
            readLikeBackups(view, context, copy),
            io(guest, "read 0 64k"),
          ]);
          expect(extents.flatMap(([at, length, dirty]) => (dirty ? [[at, length]] : []))).toEqual([
            [MIB, 2 * CLUSTER],
            [2 * MIB, CLUSTER],
            [5 * MIB, CLUSTER],
          ]);
          expect(fs.readFileSync(copy).equals(now)).toBe(true);
          await io(guest, ...WRITES);
          fs.copyFileSync(full, copy);
          expect(await readLikeBackups(view, context, copy)).toEqual(extents);
          expect(fs.readFileSync(copy).equals(now)).toBe(true);
          const clean = outputOf("qemu-io", "-r", "-f", "raw", "-c", "read 0 64k", view);
          await expect(clean).rejects.toThrow("Invalid argument");
        });
        // The bitmap of the image has gone on recording.
        const map = await bitmapOf(disk, folder, "since");
        expect(map).toContainEqual({ offset: 5 * MIB, length: 2 * MIB, type: 1 });
        restore(disk, folder);
      }
    }),
  );

  tools.test("a disk that cannot be fleeced after all keeps what its bitmaps have recorded", () =>
    inTemporaryFolder(async (folder) => {
      const { disk } = recordedDisk(folder);
      const before = await bitmapOf(disk, folder, "since");
      const nowhere = join(folder, "no", "where");
      const given = ["--bitmap", "since", "--qmp", nowhere, "--run", "true"];
      const { code, stderr } = await blockgraph(["fleece", disk, ...given]);
      expect(code).not.toBe(0);
      expect(stderr).toContain(nowhere);
      expect(await bitmapOf(disk, folder, "since")).toEqual(before);
    }),
  );
});

/** The extents of a persistent bitmap, by the word of qemu-nbd. */
async function bitmapOf(disk: string, folder: string, name: string) {
  const socket = join(folder, "bitmap.sock");
  const uri = `nbd+unix:///?socket=${socket}`;
  const map = `nbdinfo --json --map=qemu:dirty-bitmap:${name} '${uri}'`;
  const serve = ["qemu-nbd", "-r", "-f", "qcow2", "-B", name, "-k", socket, "--fork", disk];
  runTool("sh", "-c", `${serve.map((each) => `'${each}'`).join(" ")} && ${map} > '${folder}/map'`);
  const extents: { offset: number; length: number; type: number }[] = JSON.parse(
    fs.readFileSync(join(folder, "map"), "utf8"),
  );
  return extents.map(({ offset, length, type }) => ({ offset, length, type }));
}

/** The disk with its bitmap as they were before fleecing. */
function restore(disk: string, folder: string): void {
  for (const name of ["disk.qcow2", "full.raw", "now.raw"]) fs.rmSync(join(folder, name));
  expect(recordedDisk(folder).disk).toBe(disk);
}

describe("from a daemon", () => {
  /** As libvirt begins a pull-mode backup from a checkpoint, and a new checkpoint with it. */
  async function pullBackup(talk: QmpTalk, folder: string) {
    const file = (name: string, format: string) => ({
      ...{ driver: format, "node-name": name, discard: "unmap" },
      file: { driver: "file", filename: join(folder, `${name}.${format}`), discard: "unmap" },
    });
    const done = async (execute: string, args: object = {}) =>
      expect(await talk.say(execute, args)).toMatchObject({ return: {} });
    const path = join(folder, "nbd.sock");
    const uri = (name: string) => `nbd+unix:///${name}?socket=${path}`;
    await done("blockdev-add", file("vda", "raw"));
    await done("nbd-server-start", { addr: { type: "unix", data: { path } } });
    await done("block-export-add", {
      ...{ type: "nbd", id: "guest", "node-name": "vda", name: "guest", writable: true },
    });
    await done("block-dirty-bitmap-add", { node: "vda", name: "first" });
    await io(uri("guest"), "write -P 2 1M 100k", "write -P 3 5M 1");
    const before = fs.readFileSync(join(folder, "vda.raw"));
    await done("blockdev-add", { ...file("scratch", "qcow2"), backing: "vda" });
    await done("transaction", {
      actions: [
        {
          type: "block-dirty-bitmap-add",
          data: { node: "vda", name: "backup-vda", disabled: true },
        },
        {
          type: "block-dirty-bitmap-merge",
          data: { node: "vda", target: "backup-vda", bitmaps: ["first"] },
        },
        { type: "block-dirty-bitmap-add", data: { node: "vda", name: "second" } },
        {
          type: "blockdev-backup",
          data: { "job-id": "backup", device: "vda", target: "scratch", sync: "none" },
        },
      ],
    });
    await done("block-export-add", {
      ...{ type: "nbd", id: "backup-vda", name: "vda", "node-name": "scratch" },
      ...{ writable: false, bitmaps: ["backup-vda"] },
    });
    const [copy, whole] = [emptyCopy(folder, "copy.raw"), emptyCopy(folder, "whole.raw")];
    const original = Buffer.alloc(LENGTH);
    original.fill(1, 0, 3 * MIB);
    fs.writeFileSync(copy, original);
    await io(uri("guest"), ...WRITES);
    const dirty = await readLikeBackups(uri("vda"), "qemu:dirty-bitmap:backup-vda", copy);
    await readLikeBackups(uri("vda"), "base:allocation", whole);
    for (const each of [copy, whole]) expect(fs.readFileSync(each).equals(before)).toBe(true);
    await done("block-export-del", { id: "backup-vda", mode: "hard" });
    await done("block-job-cancel", { device: "backup" });
    await talk.jobIs("backup", "null");
    await done("block-export-add", {
      ...{ type: "nbd", id: "next", name: "next", "node-name": "vda" },
      ...{ writable: true, bitmaps: ["second"] },
    });
    const map = ["nbdinfo", "--json", "--map=qemu:dirty-bitmap:second", uri("next")] as const;
    return { dirty, second: JSON.parse(await outputOf(...map)) };
  }

  const daemons = needsTool("qemu-storage-daemon", "qemu-img", "qemu-io", "nbdsh", "nbdinfo");

  daemons.test(
    "a pull-mode backup from a checkpoint goes as with qemu-storage-daemon",
    async () => {
      const results: object[] = [];
      for (const program of [DAEMONS.qemu(), DAEMONS.ours("qemu-7.2")]) {
        await inTemporaryFolder(async (folder) => {
          fs.writeFileSync(join(folder, "vda.raw"), Buffer.alloc(LENGTH));
          fs.writeFileSync(join(folder, "vda.raw"), Buffer.alloc(3 * MIB, 1), { flag: "r+" });
          const scratch = join(folder, "scratch.qcow2");
          runTool("qemu-img", "create", "-q", "-f", "qcow2", scratch, String(LENGTH));
          await QmpTalk.using(program, folder, async (talk) => {
            results.push(await pullBackup(talk, folder));
          });
        });
      }
      const [theirs, ours] = results;
      expect(ours).toEqual(theirs);
    },
  );
});
