/**
 * QEMU's own fleecing test over QMP and NBD, by qemu-storage-daemon and by us: whoever drives one
 * can drive the other, and qemu-io is told the same, data and errors.
 *
 * Its five ways: a backup with `sync: none` and a hook, each with a cache that has the disk behind
 * it and is read itself; the view by snapshot-access; the same with a bitmap; and a backup that
 * reads the view.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createImage, runTool } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { commands, OVERWRITES, PATTERNS, REMAINDERS, ZEROES } from "./fleecing-areas.ts";

const { test } = needsTool("qemu-storage-daemon", "qemu-io", "qemu-img");

const LENGTH = 64 * 1024 * 1024;

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

type Way = "backup" | "hook" | "view" | "bitmap" | "push";

/** What is to be removed at the end, in that order. */
const NODES: Readonly<Record<Way, readonly string[]>> = {
  backup: ["cache"],
  hook: ["hook", "cache"],
  view: ["view", "hook", "cache"],
  bitmap: ["view", "hook", "cache"],
  push: ["view", "hook", "cache"],
};

interface Told {
  /** what qemu-io said, in order */
  readonly said: readonly string[];
  /** answers of the daemon */
  readonly answers: readonly unknown[];
  readonly disk: Buffer;
  readonly copy: Buffer | null;
}

/** One way, with one daemon. */
class Scenario {
  readonly said: string[] = [];
  readonly answers: unknown[] = [];
  readonly #talk: QmpTalk;
  readonly #folder: string;
  readonly #way: Way;

  constructor(talk: QmpTalk, folder: string, way: Way) {
    this.#talk = talk;
    this.#folder = folder;
    this.#way = way;
  }

  /** Whether the cache has the disk behind it, and is what is read. */
  get #isBehind(): boolean {
    return this.#way === "backup" || this.#way === "hook";
  }

  async run(): Promise<void> {
    await this.#say("blockdev-add", this.#raw("disk"));
    await this.#writePatterns();
    await this.#addCache();
    await this.#addHook();
    const view = { id: "view", name: "view", "node-name": this.#isBehind ? "cache" : "view" };
    await this.#offer({ ...view, writable: false });
    await this.#io("hook", commands("read", PATTERNS));
    await this.#io("hook", commands("write", OVERWRITES));
    if (this.#way === "push") await this.#push();
    for (const command of commands("read", [...PATTERNS, ...ZEROES])) {
      await this.#io("view", [command]);
    }
    await this.#io("hook", commands("read", [...OVERWRITES, ...REMAINDERS]));
    await this.#takeDown();
  }

  /** They are what the bitmap records: the view has them then, and nothing else. */
  async #writePatterns(): Promise<void> {
    if (this.#way === "bitmap") {
      await this.#say("block-dirty-bitmap-add", { node: "disk", name: "wanted" });
    }
    await this.#say("nbd-server-start", { addr: { type: "unix", data: { path: "nbd.sock" } } });
    await this.#offer({ id: "before", name: "disk", "node-name": "disk" });
    await this.#io("disk", commands("write", PATTERNS));
    await this.#withdraw("before");
  }

  async #addCache(): Promise<void> {
    if (this.#isBehind) {
      const file = { driver: "file", filename: join(this.#folder, "cache.qcow2") };
      const cache = { driver: "qcow2", "node-name": "cache", file, backing: "disk" };
      await this.#say("blockdev-add", cache);
    } else await this.#say("blockdev-add", this.#raw("cache"));
  }

  async #addHook(): Promise<void> {
    const guest = { id: "guest", name: "hook" };
    if (this.#way === "backup") {
      await this.#offer({ ...guest, "node-name": "disk" });
      const job = { "job-id": "fleecing", device: "disk", target: "cache", sync: "none" };
      await this.#say("blockdev-backup", job);
      return;
    }
    const bitmap = this.#way === "bitmap" ? { bitmap: { node: "disk", name: "wanted" } } : {};
    const hook = { driver: "copy-before-write", "node-name": "hook", ...bitmap };
    await this.#say("blockdev-add", { ...hook, file: "disk", target: "cache" });
    if (!this.#isBehind) {
      const view = { driver: "snapshot-access", "node-name": "view", file: "hook" };
      await this.#say("blockdev-add", view);
    }
    await this.#offer({ ...guest, "node-name": "hook" });
  }

  async #push(): Promise<void> {
    await this.#say("blockdev-add", this.#raw("copy"));
    const job = { "job-id": "push", device: "view", target: "copy", sync: "full" };
    await this.#say("blockdev-backup", job);
    await this.#talk.jobIs("push", "null");
  }

  async #takeDown(): Promise<void> {
    await this.#say("blockdev-del", { "node-name": "cache" });
    for (const id of ["view", "guest"]) await this.#withdraw(id);
    if (this.#way === "backup") {
      await this.#say("block-job-cancel", { device: "fleecing" });
      await this.#talk.jobIs("fleecing", "null");
    }
    for (const name of NODES[this.#way]) await this.#say("blockdev-del", { "node-name": name });
  }

  async #say(execute: string, args: object): Promise<void> {
    const { id: _, ...answer } = await this.#talk.say(execute, args);
    this.answers.push(answer);
  }

  async #io(name: string, all: readonly string[]): Promise<void> {
    this.said.push(await io(this.#folder, name, all));
  }

  #offer(offered: object): Promise<void> {
    return this.#say("block-export-add", { type: "nbd", writable: true, ...offered });
  }

  async #withdraw(id: string): Promise<void> {
    const gone = this.#talk.hear(({ event }) => event === "BLOCK_EXPORT_DELETED");
    await this.#say("block-export-del", { id });
    await gone;
  }

  #raw(name: string): object {
    const filename = join(this.#folder, `${name}.raw`);
    return { driver: "raw", "node-name": name, file: { driver: "file", filename } };
  }
}

async function fleece(program: readonly string[], way: Way): Promise<Told> {
  return inTemporaryFolder(async (folder) => {
    const path = (name: string) => join(folder, `${name}.raw`);
    for (const name of ["disk", "cache", "copy"]) createImage(path(name), LENGTH);
    const temporary = join(folder, "cache.qcow2");
    runTool("qemu-img", "create", "-q", "-f", "qcow2", temporary, String(LENGTH));
    const { said, answers } = await QmpTalk.using(program, folder, async (talk) => {
      const scenario = new Scenario(talk, folder, way);
      await scenario.run();
      return scenario;
    });
    runTool("qemu-img", "check", "-q", temporary);
    const copy = way === "push" ? fs.readFileSync(path("copy")) : null;
    return { said, answers, disk: fs.readFileSync(path("disk")), copy };
  });
}

for (const way of ["backup", "hook", "view", "bitmap", "push"] as const) {
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
