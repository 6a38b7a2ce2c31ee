/**
 * A backup as libvirt makes it in pull mode: with the options that it always gives, a scratch image
 * above the disk, bitmaps as checkpoints, all begun in one transaction. Daemon and clients see what
 * they see with qemu-storage-daemon.
 */
import { join } from "node:path";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Conversation, compareTalks } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import { needsTool } from "../tools/needs-tool.ts";

const CACHE = { direct: false, "no-flush": false };
const STORAGE = { driver: "file", "auto-read-only": true, discard: "unmap", cache: CACHE };
const FORMAT = { driver: "qcow2", "read-only": false, discard: "unmap", cache: CACHE };
const DISK = "libvirt-1-format";
const SCRATCH = "libvirt-2-format";
const JOB = "backup-vda-libvirt-1-format";

const bitmap = (verb: string, node: string, name: string, more: JsonObject = {}) => ({
  ...{ type: `block-dirty-bitmap-${verb}`, data: { node, name, ...more } },
});
const checkpoint = (name: string) =>
  bitmap("add", DISK, name, { persistent: true, disabled: false });

/** The disk is backed up as it was, and the bitmap says what was written before. */
const pulls: Conversation = async (talk, folder) => {
  const path = (name: string) => join(folder, name);
  const io = (image: string, ...commands: readonly string[]) =>
    runTool("qemu-io", ...commands.flatMap((each) => ["-c", each]), ...image.split(" "));
  runTool("qemu-img", "create", "-q", "-f", "qcow2", path("disk.qcow2"), "4M");
  io(`-f qcow2 ${path("disk.qcow2")}`, "write -P 1 0 4M");
  const image = path("disk.qcow2");
  const make = ["create", "-q", "-f", "qcow2", "-b", image, "-F", "qcow2", path("scratch.qcow2")];
  runTool("qemu-img", ...make);
  for (const [number, filename] of [image, path("scratch.qcow2")].entries()) {
    const storage = `libvirt-${number + 1}-storage`;
    const name = `libvirt-${number + 1}-format`;
    const backing = number === 0 ? null : DISK;
    await talk.say("blockdev-add", { ...STORAGE, "node-name": storage, filename });
    await talk.say("blockdev-add", { ...FORMAT, "node-name": name, file: storage, backing });
  }
  await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: "backup.sock" } } });
  const guest = { type: "nbd", id: "guest", "node-name": DISK, name: "guest", writable: true };
  await talk.say("block-export-add", guest);
  const uri = (name: string) => `nbd+unix:///${name}?socket=${path("backup.sock")}`;
  await talk.say("transaction", { actions: [checkpoint("cp1")] });
  io(`-f raw ${uri("guest")}`, "write -P 2 1M 128k");
  await talk.say("transaction", {
    actions: [
      {
        type: "blockdev-backup",
        data: {
          ...{ device: DISK, "job-id": JOB, target: SCRATCH, sync: "none" },
          ...{ "auto-finalize": true, "auto-dismiss": false },
        },
      },
      bitmap("add", SCRATCH, "backup-vda", {
        ...{ persistent: false, disabled: true, granularity: 65_536 },
      }),
      {
        type: "block-dirty-bitmap-merge",
        data: { node: SCRATCH, target: "backup-vda", bitmaps: [{ node: DISK, name: "cp1" }] },
      },
      bitmap("disable", DISK, "cp1"),
      checkpoint("cp2"),
    ],
  });
  await talk.say("block-export-add", {
    ...{ type: "nbd", id: "libvirt-nbd-vda", "node-name": SCRATCH, writable: false },
    ...{ name: "vda", bitmaps: ["backup-vda"] },
  });
  io(`-f raw ${uri("guest")}`, "write -P 3 1M 1M", "write -P 4 3M 64k");
  const map = runTool("nbdinfo", "--map=qemu:dirty-bitmap:backup-vda", uri("vda"));
  io(`-r -f raw ${uri("vda")}`, "read -P 1 0 1M", "read -P 2 1M 128k", "read -P 1 1152k 2944k");
  await talk.say("query-jobs");
  const gone = talk.hear(({ event }) => event === "BLOCK_EXPORT_DELETED");
  await talk.say("block-export-del", { id: "libvirt-nbd-vda" });
  await gone;
  await talk.say("job-cancel", { id: JOB });
  await talk.jobIs(JOB, "concluded");
  await talk.say("job-dismiss", { id: JOB });
  for (const name of [SCRATCH, "libvirt-2-storage"]) {
    await talk.say("blockdev-del", { "node-name": name });
  }
  io(`-f raw ${uri("guest")}`, "read -P 3 1M 1M", "read -P 4 3M 64k");
  return map;
};

compareTalks(needsTool("qemu-storage-daemon", "qemu-img", "qemu-io", "nbdinfo"), [
  ["a backup is pulled, and the disk goes on", pulls],
]);
