/**
 * What an export is called and described as, and which threads serve it, goes as with
 * qemu-storage-daemon, also where that is refused.
 */
import { type Conversation, compareTalks } from "../support/daemon-transcripts.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { tryTool } from "./qcow2-tools.ts";

const LONG = "x".repeat(4097);

const offers: Conversation = async (talk, folder) => {
  const add = (id: string, more: object) =>
    talk.say("block-export-add", { type: "nbd", id, "node-name": "a", ...more });
  await talk.say("blockdev-add", {
    ...{ driver: "raw", "node-name": "a", file: { driver: "file", filename: "a.raw" } },
  });
  await add("early", { name: LONG });
  await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: "s" } } });
  await add("one", { name: LONG });
  await add("one", { description: LONG });
  await add("one", { name: LONG, description: LONG });
  await add("one", { description: LONG, bitmaps: ["none"] });
  await add("one", { name: "é".repeat(2049) });
  await add("one", { description: 1 });
  await add("one", { writethrough: "on" });
  await add("one", { description: "a disk, or ünlike one" });
  await add("two", { name: "two", description: "" });
  await add("three", { description: LONG });
  const { stdout } = tryTool("nbdinfo", "--list", "--json", `nbd+unix:///?socket=${folder}/s`);
  const { exports } = JSON.parse(stdout);
  return exports.map((each: Record<string, unknown>) => [each["export-name"], each.description]);
};

/** Objects that exports are served by. */
const threads: Conversation = async (talk) => {
  const object = (more: object) => talk.say("object-add", { "qom-type": "iothread", ...more });
  const add = (id: string, more: object) =>
    talk.say("block-export-add", { type: "nbd", id, name: id, "node-name": "n", ...more });
  await talk.say("blockdev-add", { driver: "null-co", "node-name": "n" });
  await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: "s" } } });
  for (const id of ["io", "io", "1io"]) await object({ id });
  await object({});
  await object({ id: "odd", x: 1 });
  await object({ id: "polling", "poll-max-ns": 1000, "poll-grow": 1, "aio-max-batch": 5 });
  await add("a", { iothread: "none" });
  await add("a", { iothread: 1 });
  await add("a", { "fixed-iothread": "on" });
  await add("a", { iothread: "io", "fixed-iothread": true });
  await add("b", { iothread: "polling", "fixed-iothread": false });
  for (const id of ["none", "polling", "polling"]) await talk.say("object-del", { id });
};

compareTalks(needsTool("qemu-storage-daemon", "nbdinfo"), [
  ["names and descriptions", offers],
  ["threads", threads],
]);
