/**
 * Graph commands beside a real qemu-storage-daemon: allowed or refused alike, and in the same
 * words.
 *
 * The commands below go, in order, to one daemon and to one graph of ours, which decides as a
 * session does: first the graph, then the geometry of its nodes. Where we differ on purpose the
 * case says why, and what we answer instead.
 */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { BlockgraphError } from "../../src/error.ts";
import { EMPTY_GRAPH, type Graph, type JsonObject } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { buildSystem } from "../../src/system/build-system.ts";
import { apply } from "../support/graph.ts";
import { StorageDaemon } from "../support/storage-daemon.ts";
import { needsTool } from "../tools/needs-tool.ts";

/** null: allowed; else the text of the refusal. */
type Verdict = string | null;

interface Case {
  readonly execute: string;
  readonly args: JsonObject;
  /** why we answer otherwise, and what */
  readonly differs?: { readonly why: string; readonly ours: Verdict };
}

const add = (args: JsonObject, differs?: Case["differs"]): Case => ({
  execute: "blockdev-add",
  args,
  ...(differs && { differs }),
});
const del = (name: string): Case => ({ execute: "blockdev-del", args: { "node-name": name } });
const offer = (args: JsonObject, differs?: Case["differs"]): Case => ({
  execute: "block-export-add",
  args,
  ...(differs && { differs }),
});
const withdraw = (id: string): Case => ({ execute: "block-export-del", args: { id } });

/** A member that an object literal would take for the prototype. */
const PROTO: JsonObject = JSON.parse('{"__proto__":1}');
const IMAGE_LENGTH = 65536;

const SHAPES: readonly Case[] = [
  add({}),
  add({ "node-name": "a" }),
  add({ driver: "null-co" }),
  add({ driver: "nope" }),
  add({ driver: "nope", "node-name": "a" }),
  add({ driver: "", "node-name": "a" }),
  add({ driver: ["raw"], "node-name": "a" }),
  add({ driver: null, "node-name": "a" }),
  add({ driver: "null-co", bogus: 1 }),
  add({ driver: "null-co", "node-name": "a", ...PROTO }),
  add({ driver: "null-co", "node-name": "a", constructor: 1 }),
  add({ driver: "null-co", "node-name": "a", size: 1.5 }),
  add({ driver: "null-co", "node-name": "a", size: "1" }),
  add({ driver: "null-co", "node-name": "a", size: 1e30 }),
  add({ driver: "null-co", "node-name": "a", size: null }),
  add({ driver: "null-co", "node-name": "a", size: {} }),
  add({ driver: "null-co", "node-name": "a", "read-only": "on" }),
  add({ driver: "null-co", "node-name": "a", "read-only": 0 }),
  add({ driver: "null-co", "node-name": "a", discard: "on" }),
  add({ driver: "null-co", "node-name": "a", discard: null }),
  add({ driver: "null-co", "node-name": "a", discard: true }),
  add({ driver: "raw", "node-name": "a" }),
  add({ driver: "raw", "node-name": "a", file: null }),
  add({ driver: "raw", "node-name": "a", file: [] }),
  add({ driver: "raw", "node-name": "a", file: 5 }),
  add({ driver: "raw", "node-name": "a", file: {} }),
  add({ driver: "raw", "node-name": "a", file: { driver: "nope" } }),
  add({ driver: "raw", "node-name": "a", file: { driver: "null-co", x: 3 } }),
  add({ driver: "raw", "node-name": "a", file: { driver: "null-co", discard: "x" } }),
  add({ driver: "raw", file: "nobody", bogus: {} }),
  add({ driver: "raw", "node-name": "a", file: { driver: "null-co", ...PROTO } }),
  add({ driver: "raw", "node-name": "a", file: { driver: "file" } }),
  add({
    driver: "raw",
    "node-name": "a",
    file: { driver: "raw", file: { driver: "null-co", size: "x" } },
  }),
  add({ driver: "file", "node-name": "a" }),
  add({ driver: "file", "node-name": "a", filename: 7 }),
  { execute: "blockdev-del", args: {} },
  { execute: "blockdev-del", args: { "node-name": 7 } },
  { execute: "blockdev-del", args: { "node-name": "a", force: true } },
  { execute: "block-export-del", args: {} },
  { execute: "blockdev-explode", args: {} },
];

const NAMES: readonly Case[] = [
  add({ driver: "null-co", "node-name": 7 }),
  add({ driver: "null-co", "node-name": "7up" }),
  add({ driver: "null-co", "node-name": "" }),
  add({ driver: "null-co", "node-name": "a b" }),
  add({ driver: "null-co", "node-name": "#block0" }),
  add({ driver: "null-co", "node-name": "__proto__" }),
  add({ driver: "null-co", "node-name": "constructor" }),
  add({ driver: "null-co", "node-name": "n".repeat(31) }),
  add({ driver: "null-co", "node-name": "n".repeat(32) }),
  add({ driver: "null-co", "node-name": "disk" }),
  add({ driver: "null-co", "node-name": "disk" }),
  add({ driver: "null-co", "node-name": "small", size: 512 }),
  add({ driver: "null-co", "node-name": "frozen", "read-only": true }),
  add({ driver: "raw", "node-name": "a", file: "nobody" }),
  add({ driver: "raw", "node-name": "a", file: "" }),
  add({ driver: "raw", "node-name": "a", file: "a" }),
  add({ driver: "raw", "node-name": "disk", file: "nobody" }),
  add({ driver: "raw", "node-name": "a", file: { driver: "null-co", "node-name": "a" } }),
  add({ driver: "raw", "node-name": "a", file: { driver: "null-co", "node-name": "disk" } }),
];

const DRIVERS_OWN: readonly Case[] = [
  add({ driver: "raw", "node-name": "a", file: "small", offset: -1 }),
  add({ driver: "raw", "node-name": "a", file: "small", size: -1 }),
  add({ driver: "raw", "node-name": "a", file: { driver: "raw", file: "small", offset: -1 } }),
  add({ driver: "raw", "node-name": "a", file: "small", offset: 2000 }),
  add({ driver: "raw", "node-name": "a", file: "small", size: 1024 }),
  add({ driver: "raw", "node-name": "a", file: "small", size: 512, offset: 512 }),
  add({ driver: "raw", "node-name": "window", file: "small", offset: 512 }),
  add({ driver: "raw", "node-name": "odd", file: "small", offset: 100 }),
  add({ driver: "copy-before-write", "node-name": "a", file: "disk" }),
  add({ driver: "copy-before-write", "node-name": "a", target: "disk" }),
  add({ driver: "copy-before-write", "node-name": "a", file: "disk", target: "nobody" }),
  add({ driver: "copy-before-write", "node-name": "a", target: "no1", file: "no2" }),
  add({
    driver: "copy-before-write",
    "node-name": "a",
    file: "disk",
    target: "small",
    "on-cbw-error": "explode",
  }),
  add({
    driver: "copy-before-write",
    "node-name": "a",
    file: "disk",
    target: "small",
    "cbw-timeout": -1,
  }),
  add({
    driver: "copy-before-write",
    "node-name": "a",
    file: "disk",
    target: "small",
    "cbw-timeout": 2 ** 32,
  }),
  add({
    driver: "raw",
    "node-name": "a",
    file: { driver: "copy-before-write", file: "disk", target: "small", "cbw-timeout": -1 },
  }),
  add({
    driver: "copy-before-write",
    "node-name": "both",
    file: { driver: "null-co", "node-name": "inner" },
    target: "inner",
  }),
  add({
    driver: "copy-before-write",
    "node-name": "a",
    target: { driver: "null-co", "node-name": "late" },
    file: "late",
  }),
  add({ driver: "snapshot-access", "node-name": "a" }),
  add({ driver: "snapshot-access", "node-name": "a", file: "disk", size: 3 }),
  add({ driver: "file", "node-name": "image", filename: "a.raw" }),
  add({ driver: "file", "node-name": "a", filename: "missing.raw" }),
];

const LIFE: readonly Case[] = [
  del("nobody"),
  add({ driver: "raw", "node-name": "top", file: "disk" }),
  del("disk"),
  offer({ type: "nbd", id: "e", "node-name": "nobody" }),
  offer({ type: "nbd", id: "e", "node-name": "frozen", writable: true }),
  offer({ type: "nbd", id: "e", "node-name": "top" }),
  offer({ type: "nbd", id: "e", "node-name": "small" }),
  offer({ type: "nbd", id: "e", "node-name": "nobody" }),
  offer({ type: "nbd", id: "", "node-name": "small" }),
  offer({ type: "nbd", id: "7", "node-name": "small" }),
  offer({ type: "vhs", id: "f", "node-name": "small" }),
  offer({ type: "nbd", id: "f" }),
  offer({ type: "nbd", "node-name": "small" }),
  offer({ id: "f", "node-name": "small" }),
  offer({ type: "nbd", id: "f", "node-name": "small", writable: "yes" }),
  offer({ type: "nbd", id: "f", "node-name": "small", bogus: 1 }),
  del("top"),
  withdraw("nothing"),
  withdraw("e"),
  del("top"),
  add({
    driver: "raw",
    "node-name": "outer",
    file: { driver: "raw", "node-name": "middle", file: { driver: "null-co", "node-name": "in" } },
  }),
  del("in"),
  add({ driver: "raw", "node-name": "user", file: "in" }),
  del("outer"),
  del("middle"),
  del("in"),
  del("user"),
  del("in"),
];

/** An inline node that only an export keeps open goes with it. */
const ORPHANS: readonly Case[] = [
  add({ driver: "raw", "node-name": "over", file: { driver: "null-co", "node-name": "under" } }),
  offer({ type: "nbd", id: "u", "node-name": "under" }),
  del("over"),
  del("under"),
  withdraw("u"),
  del("under"),
];

const ON_PURPOSE: readonly Case[] = [
  add(
    { driver: "copy-before-write", "node-name": "short", file: "disk", target: "small" },
    {
      why: "QEMU takes a target that is too short and fails its copies later",
      ours:
        "Source and target image have different sizes (node 'short': 1073741824 bytes, " +
        "target 'small': 512 bytes)",
    },
  ),
  add(
    { driver: "file", "node-name": "dotted", filename: "./a.raw" },
    {
      why: "the images of a model have no folders in their names",
      ours: "Could not open './a.raw': No such file or directory",
    },
  ),
  add({ driver: "null-co", "node-name": "z", "detect-zeroes": "off" }),
  add({ driver: "null-co", "node-name": "c", cache: { direct: true } }),
  add({ driver: "copy-before-write", "node-name": "p", file: "disk", target: "frozen" }),
  add({
    driver: "copy-before-write",
    "node-name": "t",
    file: "nobody",
    target: { driver: "nope" },
  }),
  add({ driver: "raw", "node-name": 7, file: "nobody" }),
  add({ driver: "raw" }),
];

/** What a daemon answers to the commands, in order. */
function askDaemon(folder: string, commands: readonly Case[]): Promise<Verdict[]> {
  return StorageDaemon.using(folder, async (daemon) => {
    const verdicts: Verdict[] = [];
    for (const { execute, args } of commands) {
      verdicts.push(await daemon.command({ execute, arguments: args }));
    }
    return verdicts;
  });
}

/** What we answer to the commands, in order. */
function askOurselves(commands: readonly Case[]): Verdict[] {
  let graph: Graph = EMPTY_GRAPH;
  const rules = {
    profile: profile("qemu-7.2"),
    clusterSize: IMAGE_LENGTH,
    images: new Map([["a.raw", IMAGE_LENGTH]]),
    mutation: null,
  };
  return commands.map(({ execute, args }) => {
    try {
      const after = apply(graph, execute, args);
      buildSystem(after, rules);
      graph = after;
      return null;
    } catch (error) {
      if (error instanceof BlockgraphError) return error.message;
      throw error;
    }
  });
}

/** One line for each case, for a readable comparison. */
const told = (commands: readonly Case[], verdicts: readonly Verdict[]) =>
  commands.map(({ execute, args }, index) => {
    const verdict = verdicts[index];
    return `${execute} ${JSON.stringify(args)}: ${verdict === null ? "allowed" : verdict}`;
  });

/** Sends the cases to a daemon and to ourselves, and compares what both say. */
async function compare(cases: readonly Case[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "blockgraph-texts-"));
  try {
    writeFileSync(join(folder, "a.raw"), "");
    truncateSync(join(folder, "a.raw"), IMAGE_LENGTH);
    const theirs = await askDaemon(folder, cases);
    const expected = cases.map(({ differs }, index) =>
      differs === undefined ? (theirs[index] ?? null) : differs.ours,
    );
    expect(told(cases, askOurselves(cases))).toEqual(told(cases, expected));
    const alike = cases.filter(
      ({ differs }, index) => differs !== undefined && differs.ours === theirs[index],
    );
    expect(alike, "said to differ, and do not").toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const send = (execute: string, args: JsonObject): Case => ({ execute, args });

/** Bitmaps, servers, throttle groups, children, transactions, frozen links. */
const OTHER_COMMANDS: readonly Case[] = [
  send("blockdev-add", { driver: "null-co", "node-name": "n", size: 1048576 }),
  send("block-dirty-bitmap-add", { node: "x", name: "b" }),
  send("block-dirty-bitmap-add", { node: "n", name: "" }),
  send("block-dirty-bitmap-add", { node: "n", name: "b" }),
  send("block-dirty-bitmap-add", { node: "n", name: "b" }),
  send("block-dirty-bitmap-add", { node: "n", name: "c", granularity: 1000 }),
  send("block-dirty-bitmap-add", { node: "n", name: "c", granularity: 256 }),
  send("block-dirty-bitmap-add", { node: "n", name: "c", persistent: true }),
  send("block-dirty-bitmap-add", { node: "n", name: "d", disabled: true }),
  send("block-dirty-bitmap-remove", { node: "x", name: "b" }),
  send("block-dirty-bitmap-remove", { node: "n", name: "zz" }),
  send("block-dirty-bitmap-enable", { node: "n", name: "zz" }),
  send("block-dirty-bitmap-enable", { node: "n", name: "d" }),
  send("block-dirty-bitmap-disable", { node: "n", name: "d" }),
  send("block-dirty-bitmap-merge", { node: "n", target: "b", bitmaps: ["zz"] }),
  send("block-dirty-bitmap-merge", { node: "n", target: "zz", bitmaps: ["b"] }),
  send("block-dirty-bitmap-merge", {
    node: "n",
    target: "b",
    bitmaps: ["d", { node: "q", name: "d" }],
  }),
  send("block-dirty-bitmap-merge", { node: "n", target: "b", bitmaps: ["d"] }),
  send("block-dirty-bitmap-clear", { node: "n", name: "d" }),
  send("block-dirty-bitmap-remove", { node: "n", name: "d" }),
  send("blockdev-add", {
    driver: "copy-before-write",
    "node-name": "c",
    file: "n",
    target: { driver: "null-co", size: 1048576 },
    bitmap: { node: "y", name: "b" },
  }),
  send("blockdev-add", {
    driver: "copy-before-write",
    "node-name": "c",
    file: "n",
    target: { driver: "null-co", size: 1048576 },
    bitmap: { node: "n", name: "zz" },
  }),
  send("block-export-add", { type: "nbd", id: "e", "node-name": "n" }),
  send("nbd-server-stop", {}),
  send("nbd-server-start", { addr: { type: "unix", data: { path: "again.sock" } } }),
  send("nbd-server-start", { addr: { type: "unix", data: { path: "again.sock" } } }),
  send("block-export-add", { type: "nbd", id: "e", "node-name": "n", bitmaps: ["b"] }),
  send("block-export-add", { type: "nbd", id: "e", "node-name": "n", bitmaps: ["zz"] }),
  send("block-export-add", {
    type: "nbd",
    id: "e",
    "node-name": "n",
    writable: true,
    bitmaps: ["b"],
  }),
  send("nbd-server-stop", {}),
  send("blockdev-add", { driver: "throttle", "node-name": "t", file: "n", "throttle-group": "g" }),
  send("object-add", { "qom-type": "throttle-group", id: "g" }),
  send("object-add", { "qom-type": "throttle-group", id: "g" }),
  send("blockdev-add", { driver: "throttle", "node-name": "t", file: "n", "throttle-group": "g" }),
  send("object-del", { id: "g" }),
  send("blockdev-reopen", {
    options: [{ driver: "throttle", "node-name": "t", file: "n", "throttle-group": "h" }],
  }),
  send("x-blockdev-change", { parent: "n" }),
  send("x-blockdev-change", { parent: "n", child: "a", node: "b" }),
  send("x-blockdev-change", { parent: "n", child: "a" }),
  send("x-blockdev-change", { parent: "t", child: "file" }),
  send("x-blockdev-change", { parent: "n", node: "t" }),
  send("x-blockdev-change", { parent: "n", node: "zz" }),
  send("x-blockdev-change", { parent: "zz", node: "zz" }),
  send("transaction", { actions: [] }),
  send("transaction", { actions: [{ type: "blockdev-add", data: { driver: "null-co" } }] }),
  send("transaction", { actions: [{ type: "abort", data: {} }] }),
  send("transaction", {
    actions: [{ type: "block-dirty-bitmap-add", data: { node: "n", name: "b" } }],
    properties: { "completion-mode": "grouped" },
  }),
  send("blockdev-add", { driver: "copy-on-read", "node-name": "cor", file: "n", bottom: "nosuch" }),
  send("blockdev-add", { driver: "copy-on-read", "node-name": "cor", file: "t", bottom: "n" }),
  send("blockdev-add", { driver: "copy-on-read", "node-name": "cor", file: "n", bottom: "t" }),
  send("blockdev-add", { driver: "preallocate", "node-name": "pre", file: "n" }),
  send("blockdev-add", {
    driver: "preallocate",
    "node-name": "pre2",
    file: "n",
    "prealloc-align": 1000,
  }),
  send("blockdev-add", { driver: "compress", "node-name": "cmp", file: "n" }),
  send("blockdev-snapshot", { node: "n", overlay: "n" }),
];

const { test } = needsTool("qemu-storage-daemon");

test("commands are allowed or refused as by a real daemon, in the same words", async () => {
  await compare([...SHAPES, ...NAMES, ...DRIVERS_OWN, ...LIFE, ...ON_PURPOSE]);
});

test("an inline node goes with the export that kept it open, as in a real daemon", async () => {
  await compare(ORPHANS);
});

test("bitmaps, servers, groups and transactions are judged as by a real daemon", async () => {
  await compare(OTHER_COMMANDS);
});
