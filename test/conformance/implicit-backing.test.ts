/**
 * Backing files that nobody named are opened to be read; a job that writes to one goes as with
 * qemu-storage-daemon, also while a guest uses the disk, and so does an image that is reopened.
 */
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { outputOf } from "../nbd/serving.ts";
import { type Conversation, compareTalks, DISK } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

/** A chain of two, and its top as node `top`, offered to be written. */
async function addChain(talk: QmpTalk, folder: string, format: "raw" | "qcow2"): Promise<void> {
  const [base, top] = [join(folder, "base"), join(folder, "top.qcow2")];
  if (format === "raw") fs.copyFileSync(join(folder, "a.raw"), base);
  else runTool("qemu-img", "convert", "-O", "qcow2", join(folder, "a.raw"), base);
  runTool("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base", "-F", format, top);
  runTool("qemu-io", "-c", "write -P 7 64k 128k", top);
  const file = { driver: "file", filename: "top.qcow2" };
  await talk.say("blockdev-add", { driver: "qcow2", "node-name": "top", file });
  await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: "n.sock" } } });
  await talk.say("block-export-add", { type: "nbd", id: "x", "node-name": "top", writable: true });
}

const io = (folder: string, ...commands: readonly string[]) =>
  outputOf(
    ...(["qemu-io", "-f", "raw", ...commands.flatMap((each) => ["-c", each])] as const),
    `nbd+unix:///top?socket=${join(folder, "n.sock")}`,
  );

const commits = (format: "raw" | "qcow2"): Conversation =>
  async function commit(talk, folder) {
    await addChain(talk, folder, format);
    const ready = talk.hear(({ event }) => event === "BLOCK_JOB_READY");
    const reads = io(folder, "read 0 1M", "read 256k 512k", "read -P 7 64k 128k");
    await talk.say("block-commit", { "job-id": "c", device: "top" });
    await Promise.all([ready, reads]);
    await io(folder, "write -P 9 512k 64k");
    const over = talk.hear(({ event }) => event === "BLOCK_JOB_COMPLETED");
    await talk.say("block-job-complete", { device: "c" });
    await over;
    await talk.say("block-export-del", { id: "x", mode: "hard" });
    await talk.until("query-block-exports", (all) => Array.isArray(all) && all.length === 0);
    await talk.say("blockdev-del", { "node-name": "top" });
    const look = ["read -P 97 0 64k", "read -P 7 64k 128k", "read -P 9 512k 64k"];
    runTool("qemu-io", "-f", format, ...look.flatMap((each) => ["-c", each]), join(folder, "base"));
  };

const CONVERSATIONS: readonly (readonly [string, Conversation])[] = [
  ["a commit into a raw base", commits("raw")],
  ["a commit into a base in the format", commits("qcow2")],
  [
    "an image that is only read, and then written",
    async (talk, folder) => {
      runTool("qemu-img", "create", "-q", "-f", "qcow2", join(folder, "d.qcow2"), "1M");
      const node = (readOnly: boolean) => ({
        ...{ driver: "qcow2", "node-name": "d", "read-only": readOnly },
        file: { driver: "file", filename: "d.qcow2" },
      });
      await talk.say("blockdev-add", node(true));
      await talk.say("blockdev-reopen", { options: [node(false)] });
      await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: "n.sock" } } });
      const offer = { type: "nbd", id: "x", name: "top", "node-name": "d", writable: true };
      await talk.say("block-export-add", offer);
      await io(folder, "write -P 3 0 64k", "flush");
      await talk.say("block-export-del", { id: "x", mode: "hard" });
      await talk.until("query-block-exports", (all) => Array.isArray(all) && all.length === 0);
      await talk.say("blockdev-del", { "node-name": "d" });
      runTool("qemu-io", "-f", "qcow2", "-c", "read -P 3 0 64k", join(folder, "d.qcow2"));
    },
  ],
];

const tools = needsTool("qemu-storage-daemon", "qemu-img", "qemu-io");

compareTalks(tools, CONVERSATIONS);

tools.test("a base that cannot be written fails the job, and no more", () =>
  inTemporaryFolder(async (folder) => {
    fs.writeFileSync(join(folder, "a.raw"), Buffer.alloc(DISK, "a"));
    await QmpTalk.using(DAEMONS.ours("qemu-10.0"), folder, async (talk) => {
      await addChain(talk, folder, "qcow2");
      const base = fs.openSync(join(folder, "base"), "r+");
      // Incompatible bit 1: corrupt, so that nobody opens it to write (docs/interop/qcow2.txt).
      fs.writeSync(base, Buffer.from([2]), 0, 1, 79);
      fs.closeSync(base);
      const over = talk.hear(({ event }) => event === "BLOCK_JOB_COMPLETED");
      await talk.say("block-commit", { "job-id": "c", device: "top" });
      expect(await over).toMatchObject({ data: { offset: 0, error: expect.any(String) } });
      await io(folder, "read -P 7 64k 128k", "read -P 97 512k 64k");
    });
  }),
);
