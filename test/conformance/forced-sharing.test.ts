/**
 * Who opens an image that others use: what `force-share` and `locking` make of it, as in QEMU.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { runAside } from "../nbd/serving.ts";
import { answers, type Command, type Conversation } from "../support/conversations.ts";
import { runTool } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("qemu-img", "qemu-storage-daemon");

const MIB = 1024 * 1024;

const node = (more: JsonObject, file: JsonObject = {}): Command => [
  "blockdev-add",
  {
    ...{ driver: "raw", "node-name": "n", ...more },
    file: { driver: "file", filename: "disk.raw", ...file },
  },
];
const alone = (more: JsonObject): Command => [
  "blockdev-add",
  { driver: "file", "node-name": "n", filename: "disk.raw", ...more },
];
/** One that minds others who write. */
const minding = (more: JsonObject, file: JsonObject = {}): Command => [
  "blockdev-add",
  {
    ...{ driver: "blkdebug", "node-name": "n", "unshare-child-perms": ["write"], ...more },
    image: { driver: "file", filename: "disk.raw", ...file },
  },
];
const show = (writable: boolean): Command => [
  "block-export-add",
  { type: "nbd", id: "x", "node-name": "n", writable },
];
const READ_ONLY = { "read-only": true };
const FORCED = { ...READ_ONLY, "force-share": true };

const CONVERSATIONS: readonly Conversation[] = [
  ["to write", node({}), show(true)],
  ["to read", node(READ_ONLY), show(false)],
  ["to read by force", node(FORCED), show(false)],
  ["to write by force", node({ "force-share": true })],
  ["to read by force, the file alone", node(READ_ONLY, FORCED), show(false)],
  ["by force, and above it not", node({}, FORCED), show(true)],
  ["with locks", node({}, { locking: "on" }), show(true)],
  ["with locks if there are any", node({}, { locking: "auto" }), show(true)],
  ["without locks", node({}, { locking: "off" }), show(true)],
  ["with locks of another kind", node({}, { locking: "maybe" })],
  ["minding", minding({}), show(true)],
  ["minding, to read", minding(READ_ONLY), show(false)],
  ["minding, to read by force", minding(FORCED), show(false)],
  ["minding, above a file that is shared by force", minding(READ_ONLY, FORCED), show(false)],
  ["minding, without locks", minding({}, { locking: "off" }), show(true)],
  ["a file by itself", alone({}), show(true)],
  ["a file by itself, to read by force", alone(FORCED), show(false)],
  ["a file by itself, without locks", alone({ locking: "off" }), show(true)],
];

/** While QEMU has the image open. @param does what to it, as blkdebug is told */
async function held(folder: string, does: string, use: () => Promise<void>) {
  const definition = "driver=blkdebug,node-name=h,image.driver=file,image.filename=disk.raw";
  const args = ["--blockdev", `${definition},${does}`, "--pidfile", "pid"];
  const qemu = spawn("qemu-storage-daemon", args, { cwd: folder });
  const ended = once(qemu, "close");
  try {
    while (!fs.existsSync(join(folder, "pid"))) {
      if (qemu.exitCode !== null) throw new Error("qemu-storage-daemon has ended");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await use();
  } finally {
    qemu.kill("SIGTERM");
    await ended;
  }
}

test("goes as in qemu-storage-daemon while a QEMU writes it, or minds who writes, or neither", () =>
  inTemporaryFolder(async (folder) => {
    fs.writeFileSync(join(folder, "disk.raw"), Buffer.alloc(MIB));
    const compare = async () => {
      const theirs = await answers(DAEMONS.qemu(), folder, CONVERSATIONS);
      expect(await answers(DAEMONS.ours("qemu-7.2"), folder, CONVERSATIONS)).toEqual(theirs);
      return theirs.filter((answer) => JSON.stringify(answer).includes("Failed to get")).length;
    };
    const refused: number[] = [await compare()];
    for (const what of ["take-child-perms.0=write", "unshare-child-perms.0=write"]) {
      await held(folder, what, async () => {
        refused.push(await compare());
      });
    }
    const [free, written, minded] = refused;
    expect(free).toBe(0);
    expect(written).toBeGreaterThan(0);
    expect(minded).toBeGreaterThan(0);
  }));

test("an image that we write is read by force, and otherwise only if it is not locked", () =>
  inTemporaryFolder(async (folder) => {
    runTool("qemu-img", "create", "-q", "-f", "qcow2", join(folder, "disk.qcow2"), "1M");
    const info = (...options: readonly string[]) =>
      runAside("qemu-img", "info", ...options, join(folder, "disk.qcow2"));
    for (const locking of ["auto", "on", "off"]) {
      await QmpTalk.using(DAEMONS.ours("qemu-10.0"), folder, async (talk) => {
        const file = { driver: "file", filename: "disk.qcow2", locking };
        await talk.say("blockdev-add", { driver: "qcow2", "node-name": "n", file });
        expect(await info("-U")).toMatchObject({ status: 0 });
        const { status, output } = await info();
        expect(status).toBe(locking === "off" ? 0 : 1);
        if (status !== 0) expect(output).toContain('Failed to get shared "write" lock');
      });
    }
  }));
