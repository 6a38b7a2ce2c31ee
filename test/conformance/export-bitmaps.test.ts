/**
 * Which bitmaps an export may show: those of its own node and below by name, and of any other.
 */
import { expect } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { answers, type Command, type Conversation } from "../support/conversations.ts";
import { DAEMONS } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const node = (name: string, size = 1024 * 1024): Command => [
  "blockdev-add",
  { driver: "null-co", "node-name": name, size },
];
const bitmap = (of: string, disabled = true): Command => [
  "block-dirty-bitmap-add",
  { node: of, name: "b", disabled },
];
const show = (bitmaps: JsonObject[string], writable = false): Command => [
  "block-export-add",
  { type: "nbd", id: "x", "node-name": "n", bitmaps, writable },
];
const OTHER = [{ node: "m", name: "b" }];

const CONVERSATIONS: readonly Conversation[] = [
  ["its own", node("n"), bitmap("n"), show(["b"])],
  ["its own that records", node("n"), bitmap("n", false), show(["b"]), show(["b"], true)],
  ["another's, by its name alone", node("n"), node("m"), bitmap("m"), show(["b"])],
  ["another's", node("n"), node("m"), bitmap("m"), show(OTHER)],
  ["another's that records", node("n"), node("m"), bitmap("m", false), show(OTHER)],
  ["another's that is shorter", node("n"), node("m", 512), bitmap("m"), show(OTHER)],
  ["both", node("n"), node("m"), bitmap("n"), bitmap("m"), show(["b", ...OTHER])],
  ["of no node", node("n"), show(OTHER)],
  ["that there is not", node("n"), node("m"), show(OTHER)],
  ["without a name", node("n"), show([{ node: "n" }])],
  ["that is a number", node("n"), show([1])],
  ["with more to it", node("n"), bitmap("n"), show([{ node: "n", name: "b", more: 1 }])],
];

needsTool("qemu-storage-daemon").test("as in qemu-storage-daemon", () =>
  inTemporaryFolder(async (folder) => {
    const theirs = await answers(DAEMONS.qemu(), folder, CONVERSATIONS);
    expect(await answers(DAEMONS.ours("qemu-7.2"), folder, CONVERSATIONS)).toEqual(theirs);
  }),
);
