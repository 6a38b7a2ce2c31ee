/**
 * Backups whose target compresses go as with qemu-storage-daemon: the same answers and events, the
 * same data, and an image in which qemu-img finds nothing wrong.
 */
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Conversation, DISK, pairs, transcripts } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import type { QmpTalk } from "../support/qmp-talk.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { checkByQemu, contentByQemu, createByQemu } from "./qcow2-tools.ts";

const { test } = needsTool("qemu-storage-daemon", "qemu-img", "qemu-io");

const file = (filename: string) => ({ driver: "file", filename });

/** The disk `a` and an empty image `q`. @param options as qemu-img takes them */
async function addBoth(talk: QmpTalk, folder: string, ...options: readonly string[]) {
  createByQemu(join(folder, "q.qcow2"), DISK, ...options);
  runTool("qemu-io", "-f", "raw", "-c", "write -z 256k 300k", join(folder, "a.raw"));
  await talk.say("blockdev-add", { driver: "raw", "node-name": "a", file: file("a.raw") });
  await talk.say("blockdev-add", { driver: "qcow2", "node-name": "q", file: file("q.qcow2") });
}

async function backUp(talk: QmpTalk, target: string, sync = "full"): Promise<void> {
  const job = { "job-id": "b", device: "a", target, sync, compress: true };
  const { error } = await talk.say("blockdev-backup", job);
  if (error === undefined) await talk.jobIs("b", "null");
}

/** What is in the image, once its daemon has let go of it. */
async function found(talk: QmpTalk, folder: string): Promise<object> {
  await talk.say("blockdev-del", { "node-name": "q" });
  const path = join(folder, "q.qcow2");
  const isSame = contentByQemu(path).equals(fs.readFileSync(join(folder, "a.raw")));
  const report = JSON.parse(runTool("qemu-img", "check", "--output=json", path));
  return { isSame, ...checkByQemu(path), compressed: report["compressed-clusters"] };
}

const CONVERSATIONS: Readonly<Record<string, Conversation>> = {
  "of a whole disk": async (talk, folder) => {
    await addBoth(talk, folder);
    await backUp(talk, "q");
    return found(talk, folder);
  },
  "into small clusters": async (talk, folder) => {
    await addBoth(talk, folder, "cluster_size=4k");
    await backUp(talk, "q");
    return found(talk, folder);
  },
  "twice, which cannot overwrite": async (talk, folder) => {
    await addBoth(talk, folder);
    await backUp(talk, "q");
    await talk.say("blockdev-backup", {
      ...{ "job-id": "again", device: "a", target: "q", sync: "full", compress: true },
    });
    await talk.jobIs("again", "null");
    return found(talk, folder);
  },
  "to what cannot compress": async (talk, folder) => {
    await addBoth(talk, folder);
    await talk.say("blockdev-add", { driver: "raw", "node-name": "b", file: file("b.raw") });
    await talk.say("blockdev-add", { driver: "raw", "node-name": "r", file: "q" });
    await talk.say("blockdev-add", { driver: "compress", "node-name": "k", file: "q" });
    await talk.say("blockdev-add", { driver: "copy-on-read", "node-name": "c", file: "k" });
    for (const target of ["b", "r", "k", "c", "a", "nobody"]) await backUp(talk, target);
    await talk.say("blockdev-backup", { device: "a", target: "b", sync: "full", compress: 1 });
    return null;
  },
};

describe.each(pairs())("as QEMU $version, a backup", ({ programs }) => {
  for (const [name, conversation] of Object.entries(CONVERSATIONS)) {
    test(name, async () => {
      const [theirs, ours] = await transcripts(programs, conversation);
      expect(ours).toEqual(theirs);
      if (theirs?.found !== null) {
        expect(theirs?.found).toMatchObject({ isSame: true, corruptions: 0, leaks: 0 });
      }
    });
  }
});
