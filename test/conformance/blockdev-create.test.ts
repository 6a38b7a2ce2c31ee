/**
 * `blockdev-create` goes as with qemu-storage-daemon: what a job is refused with, how it ends, and
 * what qemu-img finds in the image afterwards.
 */
import { join } from "node:path";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Conversation, compareTalks } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import type { QmpTalk } from "../support/qmp-talk.ts";
import { needsTool } from "../tools/needs-tool.ts";

const MIB = 1024 * 1024;

/** Begins a job, and sees to its end, if it has begun. */
async function create(talk: QmpTalk, options: JsonObject, id = "j"): Promise<void> {
  const concluded = talk.hear(
    ({ event, data }) => event === "JOB_STATUS_CHANGE" && data?.status === "concluded",
  );
  const { error } = await talk.say("blockdev-create", { "job-id": id, options });
  if (error !== undefined) return;
  await concluded;
  await talk.say("query-jobs");
  await talk.say("job-dismiss", { id });
}

const file = (filename: string, size = 0, more: JsonObject = {}): JsonObject => ({
  ...{ driver: "file", filename, size },
  ...more,
});
const qcow2 = (more: JsonObject = {}): JsonObject => ({
  ...{ driver: "qcow2", file: "n", size: MIB },
  ...more,
});
const add = (talk: QmpTalk, definition: JsonObject) => talk.say("blockdev-add", definition);
const addFile = (talk: QmpTalk, name: string, more: JsonObject = {}) =>
  add(talk, { driver: "file", "node-name": "n", filename: name, ...more });

/** What qemu-img says of an image, as far as it is no accident. */
function look(folder: string, name: string): unknown {
  const path = join(folder, name);
  runTool("qemu-img", "check", "-q", path);
  const info = JSON.parse(runTool("qemu-img", "info", "--output=json", path));
  const { format, "virtual-size": size, "cluster-size": cluster } = info;
  const { "backing-filename": backing, "backing-filename-format": backed } = info;
  const { data } = info["format-specific"];
  const { compat, "refcount-bits": bits, "lazy-refcounts": lazy } = data;
  return { format, size, cluster, backing, backed, compat, bits, lazy };
}

const CONVERSATIONS: readonly (readonly [string, Conversation])[] = [
  [
    "files",
    async (talk) => {
      await create(talk, file("x"));
      await create(talk, file("x", MIB));
      await create(talk, file("nowhere/x"));
      await create(talk, file("."));
      await create(talk, file("x", -1));
      await create(talk, file("y", 4096, { preallocation: "full" }));
      await create(talk, file("y", 4096, { preallocation: "metadata" }));
      await addFile(talk, "x");
      await create(talk, file("x", 512));
      await add(talk, { driver: "raw", "node-name": "r", file: "n" });
      await create(talk, file("x", MIB));
      await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: "s" } } });
      const offered = { type: "nbd", id: "x", "node-name": "r", writable: true };
      await talk.say("block-export-add", offered);
      await create(talk, file("x", MIB));
    },
  ],
  [
    "what cannot be made",
    async (talk) => {
      const odd = [{ driver: "raw" }, { driver: "nbd" }, { driver: "wurst" }, {}];
      for (const options of odd) await create(talk, options);
      await create(talk, { driver: "file", filename: "x" });
      await create(talk, file("x", 0, { preallocation: "some" }));
      await create(talk, file("x", 0, { more: 1 }));
      await create(talk, qcow2({ version: "v4" }));
      await create(talk, qcow2({ more: 1 }));
      await create(talk, qcow2({ file: 7 }));
      await create(talk, qcow2({ size: "large" }));
      await create(talk, file("x"), "1j");
      await talk.say("blockdev-create", { options: file("x") });
      await talk.say("blockdev-create", { "job-id": "j" });
      await talk.say("blockdev-create", { "job-id": "j", options: file("x"), more: 1 });
    },
  ],
  [
    "a job that has ended",
    async (talk) => {
      await talk.say("blockdev-create", { "job-id": "j", options: file("x") });
      await talk.jobIs("j", "concluded");
      await create(talk, file("x"));
      for (const verb of ["cancel", "complete", "finalize", "pause", "resume"]) {
        await talk.say(`job-${verb}`, { id: "j" });
      }
      await talk.say("block-job-dismiss", { id: "j" });
      await talk.say("block-job-cancel", { device: "j" });
      await talk.say("query-block-jobs");
      for (const name of ["a", "b"]) {
        await add(talk, { driver: "file", "node-name": name, filename: `${name}.raw` });
      }
      const backup = { "job-id": "j", device: "a", target: "b", sync: "full" };
      await talk.say("blockdev-backup", backup);
      await talk.say("job-dismiss", { id: "j" });
      await talk.say("job-dismiss", { id: "j" });
    },
  ],
  [
    "images, and what is asked of them in vain",
    async (talk, folder) => {
      await create(talk, file("x"));
      await addFile(talk, "x");
      await create(talk, qcow2());
      const found = [look(folder, "x")];
      const odd: JsonObject[] = [
        ...[{ "cluster-size": 1000 }, { "cluster-size": 256 }, { "cluster-size": 4 * MIB }],
        ...[
          { version: "v2", "lazy-refcounts": true },
          { version: "v2", "refcount-bits": 8 },
        ],
        ...[{ "refcount-bits": 3 }, { "refcount-bits": 128 }, { size: 1000 }, { size: -512 }],
        ...[{ "backing-fmt": "raw" }, { "backing-file": "b", preallocation: "metadata" }],
        ...[{ size: 2 ** 60 }, { file: "none" }],
      ];
      for (const each of odd) await create(talk, qcow2(each));
      const right: JsonObject[] = [
        { "backing-file": "a.raw", "backing-fmt": "raw" },
        { "backing-file": "b.raw", size: 2 * MIB },
        { "cluster-size": 4096, size: 64 * MIB, "refcount-bits": 1 },
        { version: "v2" },
        { "lazy-refcounts": true, "refcount-bits": 64, size: 0 },
      ];
      for (const each of right) {
        await create(talk, qcow2(each));
        found.push(look(folder, "x"));
      }
      return found;
    },
  ],
  [
    "images where there is somebody already, or nobody",
    async (talk, folder) => {
      await create(talk, qcow2({ file: { driver: "file", filename: "y" } }));
      await create(talk, file("y"));
      await create(talk, qcow2({ file: { driver: "file", filename: "y" } }));
      await addFile(talk, "y", { "read-only": true });
      await create(talk, qcow2());
      await talk.say("blockdev-del", { "node-name": "n" });
      await addFile(talk, "y");
      await add(talk, { driver: "qcow2", "node-name": "q", file: "n" });
      await create(talk, qcow2());
      await talk.say("blockdev-del", { "node-name": "q" });
      await add(talk, { driver: "raw", "node-name": "r", file: "n" });
      await create(talk, qcow2({ file: "r", size: 3 * MIB }));
      return look(folder, "y");
    },
  ],
];

compareTalks(needsTool("qemu-storage-daemon", "qemu-img"), CONVERSATIONS);
