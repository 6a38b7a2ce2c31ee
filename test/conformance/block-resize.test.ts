/**
 * `block_resize` of images that are open goes as with qemu-storage-daemon: the same answers, the
 * same lengths, and the same bytes afterwards, for clients of exports as well.
 */
import fs from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Conversation, compareTalks } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import type { QmpTalk } from "../support/qmp-talk.ts";
import { needsTool } from "../tools/needs-tool.ts";

const KIB = 1024;
const MIB = KIB * KIB;

const file = (filename: string, more: JsonObject = {}): JsonObject => ({
  ...{ driver: "file", filename },
  ...more,
});
const node = (driver: string, name: string, below: JsonObject | string, more: JsonObject = {}) => ({
  ...{ driver, "node-name": name, file: below },
  ...more,
});
const resize = (talk: QmpTalk, name: string, size: number) =>
  talk.say("block_resize", { "node-name": name, size });
const add = (talk: QmpTalk, definition: JsonObject) => talk.say("blockdev-add", definition);

async function offer(talk: QmpTalk, name: string): Promise<void> {
  await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: "nbd.sock" } } });
  await talk.say("block-export-add", { type: "nbd", id: "x", "node-name": name, writable: true });
}

/** What qemu-io finds; a range that is not there is an error, and part of what is said. */
function look(image: readonly string[], ...commands: readonly string[]): string {
  try {
    const all = commands.flatMap((command) => ["-c", command]);
    return runTool("qemu-io", ...all, ...image).replace(/\d+ ops; .*/g, "");
  } catch (error) {
    return String(error).match(/failed: .*/)?.[0] ?? String(error);
  }
}

const exported = (folder: string, name: string, ...commands: readonly string[]) =>
  look(["-f", "raw", `nbd+unix:///${name}?socket=${join(folder, "nbd.sock")}`], ...commands);

function create(folder: string, name: string, size: string, ...more: readonly string[]): void {
  runTool("qemu-img", "create", "-q", "-f", "qcow2", ...more, join(folder, name), size);
}

const CONVERSATIONS: readonly (readonly [string, Conversation])[] = [
  [
    "a file, longer and shorter, with what is above it",
    async (talk, folder) => {
      await add(talk, file("a.raw", { "node-name": "f" }));
      await add(talk, node("raw", "a", "f"));
      await resize(talk, "a", 2 * MIB);
      await resize(talk, "a", 512 * KIB);
      await resize(talk, "a", MIB);
      await offer(talk, "a");
      const said = [exported(folder, "a", "read -P 97 0 512k", "read -P 0 512k 512k")];
      await resize(talk, "f", 2 * MIB);
      await resize(talk, "a", 2 * MIB);
      said.push(exported(folder, "a", "read 1M 512k", "write -P 3 1020k 4k"));
      await resize(talk, "a", 3 * MIB);
      return [...said, fs.statSync(join(folder, "a.raw")).size];
    },
  ],
  [
    "a file that clients have, who go on to ask for what is gone",
    async (talk, folder) => {
      await add(talk, node("raw", "a", file("a.raw")));
      await offer(talk, "a");
      await resize(talk, "a", 512 * KIB);
      const said = [["read 0 512k"], ["read 256k 512k"], ["read 512k 4k"], ["write 768k 4k"]];
      return said.map((commands) => exported(folder, "a", ...commands));
    },
  ],
  [
    "a window of a file, and a file that is only read",
    async (talk, folder) => {
      await add(talk, node("raw", "w", file("a.raw"), { offset: 4096 }));
      await resize(talk, "w", 2 * MIB);
      await add(talk, node("raw", "v", file("b.raw"), { size: 4096 }));
      await resize(talk, "v", 2 * MIB);
      await add(talk, node("raw", "r", file("c.raw"), { "read-only": true }));
      await resize(talk, "r", 2 * MIB);
      for (const size of [-1, 0, 511, 2 ** 52, 2 ** 60, -(2 ** 63)]) await resize(talk, "w", size);
      await resize(talk, "none", 0);
      return ["a", "b"].map((name) => fs.statSync(join(folder, `${name}.raw`)).size);
    },
  ],
  [
    "a file that somebody above does not share",
    async (talk) => {
      await add(talk, file("a.raw", { "node-name": "f" }));
      await add(talk, node("raw", "a", "f"));
      await talk.say("block_resize", { device: "a", size: 2 * MIB });
      const pin = { driver: "blkdebug", "node-name": "p", image: "a" };
      await add(talk, { ...pin, "unshare-child-perms": ["resize"] });
      await resize(talk, "a", 2 * MIB);
      await resize(talk, "f", 2 * MIB);
      await talk.say("blockdev-del", { "node-name": "p" });
      await resize(talk, "a", 2 * MIB);
    },
  ],
  [
    "an image that is longer than its backing file, which must not show",
    async (talk, folder) => {
      create(folder, "top.qcow2", "256k", "-b", "b.raw", "-F", "raw");
      await add(talk, node("qcow2", "top", file("top.qcow2")));
      await resize(talk, "top", 512 * KIB);
      await resize(talk, "top", 2 * MIB);
      await offer(talk, "top");
      const said = exported(
        folder,
        "top",
        ...["read -P 98 0 256k", "read -P 0 256k 1792k", "write -P 5 200k 1M"],
        ...["read -P 98 0 200k", "read -P 5 200k 1M", "read -P 0 1224k 800k"],
      );
      await resize(talk, "top", 4 * MIB);
      await talk.say("block-export-del", { id: "x" });
      await talk.until("query-block-exports", (all) => Array.isArray(all) && all.length === 0);
      await talk.say("blockdev-del", { "node-name": "top" });
      runTool("qemu-img", "check", "-q", join(folder, "top.qcow2"));
      const image = ["-f", "qcow2", join(folder, "top.qcow2")];
      return [said, look(image, "read -P 98 0 200k", "read -P 5 200k 1M", "read -P 0 2M 2M")];
    },
  ],
  [
    "an image that becomes shorter, and longer again",
    async (talk, folder) => {
      create(folder, "q.qcow2", "4M");
      look(["-f", "qcow2", join(folder, "q.qcow2")], "write -P 7 0 4M");
      await add(talk, node("qcow2", "q", file("q.qcow2")));
      for (const size of [MIB, 3 * MIB, 1000, -512, 2 ** 52, 2 ** 54, 2 ** 63 - 2 ** 29, 2 ** 63]) {
        await resize(talk, "q", size);
      }
      await talk.say("blockdev-del", { "node-name": "q" });
      runTool("qemu-img", "check", "-q", join(folder, "q.qcow2"));
      return look(["-f", "qcow2", join(folder, "q.qcow2")], "read -P 7 0 1M", "read -P 0 1M 2M");
    },
  ],
  [
    "an image of version 2 with a snapshot",
    async (talk, folder) => {
      create(folder, "q.qcow2", "4M", "-o", "compat=0.10");
      runTool("qemu-img", "snapshot", "-c", "s", join(folder, "q.qcow2"));
      await add(talk, node("qcow2", "q", file("q.qcow2")));
      await resize(talk, "q", 8 * MIB);
    },
  ],
];

compareTalks(needsTool("qemu-storage-daemon", "qemu-img", "qemu-io"), CONVERSATIONS);
