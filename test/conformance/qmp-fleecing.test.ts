/**
 * QEMU's own fleecing test over QMP and NBD, by qemu-storage-daemon and by us: whoever drives one
 * can drive the other, and qemu-io is told the same, data and errors.
 *
 * Of its five ways these are the three that need no backing file behind the cache: the view by
 * snapshot-access, the same with a bitmap, and a backup that reads the view.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createImage } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("qemu-storage-daemon", "qemu-io", "qemu-img");

type Area = readonly [byte: string, offset: string, length: string];

const PATTERNS: readonly Area[] = [
  ["0x5d", "0", "64k"],
  ["0xd5", "1M", "64k"],
  ["0xdc", "32M", "64k"],
  ["0xcd", "0x3ff0000", "64k"],
];
const OVERWRITES: readonly Area[] = [
  ["0xab", "0", "64k"],
  ["0xad", "0x00f8000", "64k"],
  ["0x1d", "0x2008000", "64k"],
  ["0xea", "0x3fe0000", "64k"],
];
const ZEROES: readonly Area[] = [
  ["0", "0x00f8000", "32k"],
  ["0", "0x2010000", "32k"],
  ["0", "0x3fe0000", "64k"],
];
const REMAINDERS: readonly Area[] = [
  ["0xd5", "0x108000", "32k"],
  ["0xdc", "32M", "32k"],
  ["0xcd", "0x3ff0000", "64k"],
];

const commands = (verb: "read" | "write", areas: readonly Area[]) =>
  areas.map(([byte, offset, length]) => `${verb} -P ${byte} ${offset} ${length}`);

/** What qemu-io says of commands on an export, without how long they took. */
async function io(folder: string, name: string, all: readonly string[]): Promise<string> {
  const readOnly = name === "view" ? ["-r"] : [];
  const args = [...readOnly, ...all.flatMap((command) => ["-c", command])];
  const child = spawn("qemu-io", ["-f", "raw", ...args, `nbd+unix:///${name}?socket=nbd.sock`], {
    cwd: folder,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      said += text;
    });
  }
  await once(child, "close");
  return said.replace(/\d+ ops; .*/g, "");
}

type Way = "view" | "bitmap" | "push";

interface Told {
  /** what qemu-io said, in order */
  readonly said: readonly string[];
  /** answers of the daemon */
  readonly answers: readonly unknown[];
  readonly disk: Buffer;
  readonly copy: Buffer | null;
}

async function fleece(program: readonly string[], way: Way): Promise<Told> {
  return inTemporaryFolder(async (folder) => {
    const path = (name: string) => join(folder, `${name}.raw`);
    for (const name of ["disk", "cache", "copy"]) createImage(path(name), 64 * 1024 * 1024);
    return QmpTalk.using(program, folder, async (talk) => {
      const answers: unknown[] = [];
      const say = async (execute: string, args: object) => {
        const { id: _, ...answer } = await talk.say(execute, args);
        answers.push(answer);
      };
      const raw = (name: string) => ({
        ...{ driver: "raw", "node-name": name },
        file: { driver: "file", filename: path(name) },
      });
      await say("blockdev-add", raw("disk"));
      await say("blockdev-add", raw("cache"));
      const bitmap = way === "bitmap" ? { bitmap: { node: "disk", name: "wanted" } } : {};
      if (way === "bitmap") {
        await say("block-dirty-bitmap-add", { node: "disk", name: "wanted" });
      }
      // The patterns are what the bitmap records: the view has them, and nothing else.
      await say("nbd-server-start", { addr: { type: "unix", data: { path: "nbd.sock" } } });
      const offer = { type: "nbd", writable: true };
      await say("block-export-add", { ...offer, id: "before", "node-name": "disk" });
      const said = [await io(folder, "disk", commands("write", PATTERNS))];
      const withdrawn = talk.hear(({ event }) => event === "BLOCK_EXPORT_DELETED");
      await say("block-export-del", { id: "before" });
      await withdrawn;
      const hook = { driver: "copy-before-write", "node-name": "hook", ...bitmap };
      await say("blockdev-add", { ...hook, file: "disk", target: "cache" });
      const view = { driver: "snapshot-access", "node-name": "view", file: "hook" };
      await say("blockdev-add", view);
      await say("block-export-add", { ...offer, id: "guest", "node-name": "hook" });
      await say("block-export-add", { ...offer, writable: false, id: "view", "node-name": "view" });
      said.push(await io(folder, "hook", commands("read", PATTERNS)));
      said.push(await io(folder, "hook", commands("write", OVERWRITES)));
      if (way === "push") {
        await say("blockdev-add", raw("copy"));
        const job = { "job-id": "push", device: "view", target: "copy", sync: "full" };
        await say("blockdev-backup", job);
        await talk.jobIs("push", "null");
      }
      for (const command of commands("read", [...PATTERNS, ...ZEROES])) {
        said.push(await io(folder, "view", [command]));
      }
      said.push(await io(folder, "hook", commands("read", [...OVERWRITES, ...REMAINDERS])));
      await say("blockdev-del", { "node-name": "hook" });
      for (const id of ["view", "guest"]) {
        const gone = talk.hear(({ event }) => event === "BLOCK_EXPORT_DELETED");
        await say("block-export-del", { id });
        await gone;
      }
      for (const name of ["view", "hook", "cache"])
        await say("blockdev-del", { "node-name": name });
      const copy = way === "push" ? fs.readFileSync(path("copy")) : null;
      return { said, answers, disk: fs.readFileSync(path("disk")), copy };
    });
  });
}

for (const way of ["view", "bitmap", "push"] as const) {
  test(`fleecing by ${way} goes as with QEMU`, async () => {
    const ours = await fleece(DAEMONS.ours("qemu-7.2"), way);
    const theirs = await fleece(DAEMONS.qemu(), way);
    expect(ours.said).toEqual(theirs.said);
    expect(ours.answers).toEqual(theirs.answers);
    expect(ours.disk.equals(theirs.disk)).toBe(true);
    expect(ours.said.join("").includes("read failed: Invalid argument")).toBe(way === "bitmap");
    expect(ours.said.join("")).not.toContain("Pattern verification failed");
    const read = ours.said.filter((each) => each.startsWith("read 65536/65536")).length;
    expect(read).toBe(way === "bitmap" ? 6 : 7);
    if (way !== "push") return;
    expect(ours.copy?.equals(theirs.copy ?? Buffer.alloc(0))).toBe(true);
    expect(ours.copy?.equals(ours.disk)).toBe(false);
  });
}
