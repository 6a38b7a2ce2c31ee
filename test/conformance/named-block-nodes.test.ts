/**
 * `query-named-block-nodes` says of nodes and their images what qemu-storage-daemon says: names,
 * lengths, what lies behind, how they cache; with options as scripts give them.
 */
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { pairs, transcripts } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import type { QmpTalk } from "../support/qmp-talk.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("qemu-storage-daemon", "qemu-img");

const file = (filename: string, more: JsonObject = {}) => ({ driver: "file", filename, ...more });
const node = (driver: string, name: string, more: JsonObject): JsonObject => ({
  ...{ driver, "node-name": name },
  ...more,
});

/** Definitions as scripts and libvirt write them, and odd ones. */
const NODES: readonly JsonObject[] = [
  file("a.raw", {
    ...{ "node-name": "a-file", "auto-read-only": true, discard: "unmap" },
    ...{ aio: "native", cache: { direct: true, "no-flush": false } },
  }),
  node("raw", "a", { file: "a-file", "read-only": true, cache: { direct: true } }),
  node("qcow2", "top", {
    ...{ file: file("top.qcow2"), backing: "a", cache: { "no-flush": true } },
    ...{ "lazy-refcounts": true, "overlap-check": "cached", "l2-cache-size": 1_048_576 },
    ...{ "cache-clean-interval": 600, "pass-discard-request": true },
  }),
  node("qcow2", "alone", { file: file("alone.qcow2"), "overlap-check": { template: "all" } }),
  node("qcow2", "old", { file: file("old.qcow2"), backing: null, discard: "unmap" }),
  node("qcow2", "implicit", { file: file("over-b.qcow2") }),
  node("null-co", "nothing", { size: 1_048_576, "read-zeroes": true }),
  node("null-co", "usual", {}),
  node("copy-before-write", "hook", { file: "alone", target: "nothing" }),
  node("snapshot-access", "view", { file: "hook" }),
  node("raw", "window", { file: "hook", offset: 4096 }),
  node("raw", "c", { file: file("c.raw", { locking: "off" }), "detect-zeroes": "off" }),
  node("compress", "small", { file: "old" }),
  node("copy-on-read", "cor", { file: "implicit" }),
  file("b.raw", { "node-name": "refused", aio: "native" }),
  file("b.raw", { "node-name": "refused", aio: "native", cache: { direct: false } }),
  node("raw", "refused", { file: file("b.raw"), cache: { writeback: true } }),
  node("raw", "refused", { file: file("b.raw"), cache: { direct: 1 } }),
  node("raw", "refused", { file: file("b.raw"), cache: true }),
  node("qcow2", "refused", { file: file("b.raw"), "lazy-refcounts": "on" }),
  node("qcow2", "refused", { file: file("b.raw"), "l2-cache-size": "1M" }),
];

const REOPENED: readonly JsonObject[] = [
  node("qcow2", "alone", { file: file("alone.qcow2"), cache: { direct: true } }),
  node("qcow2", "alone", { file: file("alone.qcow2", { "node-name": "x" }) }),
  node("raw", "c", { file: file("c.raw", { locking: "off" }), cache: { "no-flush": true } }),
];

async function talkAbout(talk: QmpTalk, folder: string): Promise<unknown> {
  const create = (name: string, ...more: readonly string[]) =>
    runTool("qemu-img", "create", "-q", "-f", "qcow2", join(folder, name), "1M", ...more);
  create("top.qcow2", "-b", "a.raw", "-F", "raw");
  runTool("qemu-img", "bitmap", "--add", join(folder, "top.qcow2"), "b1");
  create("alone.qcow2", "-o", "cluster_size=4096,refcount_bits=1,lazy_refcounts=on");
  create("old.qcow2", "-o", "compat=0.10", "-b", "b.raw", "-F", "raw");
  create("over-b.qcow2", "-b", "./b.raw", "-F", "raw");
  for (const definition of NODES) await talk.say("blockdev-add", definition);
  await talk.say("block-dirty-bitmap-add", { node: "top", name: "b2" });
  const found = [await asked(talk, true), await asked(talk, false)];
  for (const options of REOPENED) await talk.say("blockdev-reopen", { options: [options] });
  return [...found, await asked(talk, true)];
}

/** Its answer apart from the others, in which names and orders are chance. */
async function asked(talk: QmpTalk, flat: boolean): Promise<unknown> {
  const id = `asked ${flat}`;
  const answer = talk.hear((message) => message.id === id);
  talk.write(JSON.stringify({ execute: "query-named-block-nodes", arguments: { flat }, id }));
  const said = await answer;
  talk.heard.splice(talk.heard.indexOf(said), 1);
  const nodes = Array.isArray(said.return) ? (said.return as JsonObject[]) : [];
  return nodes.map(comparable).sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
}

const nameOf = (told: JsonObject) => `${String(told["node-name"])} ${JSON.stringify(told.file)}`;

/** Without names that nobody gave, and bitmaps that hooks of QEMU keep for themselves. */
function comparable(told: JsonObject): JsonObject {
  const { "dirty-bitmaps": bitmaps, "node-name": name, ...rest } = told;
  const named = Array.isArray(bitmaps)
    ? bitmaps.filter((bitmap) => JSON.stringify(bitmap).includes('"name"'))
    : [];
  const isGiven = !String(name).startsWith("#");
  return parsedNames({
    ...rest,
    ...(named.length > 0 && { "dirty-bitmaps": named }),
    "node-name": isGiven ? (name ?? null) : "#",
  });
}

/** What is written as `json:` is compared as such. */
function parsedNames(told: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(told), (_, value) =>
    typeof value === "string" && value.startsWith("json:") ? JSON.parse(value.slice(5)) : value,
  );
}

describe.each(pairs())("as with QEMU $version", ({ programs }) => {
  test("nodes are told with their images", async () => {
    const [theirs, ours] = await transcripts(programs, talkAbout);
    expect(ours).toEqual(theirs);
  });
});
