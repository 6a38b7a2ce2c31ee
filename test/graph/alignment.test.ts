/**
 * Rule P5 (QEMU block.c, `bdrv_node_refresh_perm`): a node that is written in whole blocks can be
 * written only if its image ends with a whole block, or if its writers may move the end.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { wholeSectors } from "../../src/graph/length.ts";
import { apply, built, type Command, refused } from "../support/graph.ts";

const TEXT =
  "Cannot get 'write' permission without 'resize': Image size is not a multiple of request " +
  "alignment";

/** A disk of so many bytes that is written in multiples of `align` bytes. */
const blocks = (size: number, align: number): Command[] => [
  ["blockdev-add", { driver: "null-co", "node-name": "disk", size }],
  ["blockdev-add", { driver: "blkdebug", "node-name": "blocks", image: "disk", align }],
];
const exported = (node: string, writable: boolean): Command => [
  "block-export-add",
  { type: "nbd", id: "export", "node-name": node, writable },
];

test("who only writes is refused where the last block is not whole", () => {
  expect(refused(built(...blocks(1536, 1024)), ...exported("blocks", true))).toBe(TEXT);
  expect(apply(built(...blocks(2048, 1024)), ...exported("blocks", true)).exports.size).toBe(1);
});

test("who only reads is not, and neither is who may resize as well", () => {
  const odd = built(...blocks(1536, 1024));
  expect(apply(odd, ...exported("blocks", false)).exports.size).toBe(1);
  const format = { driver: "qcow2", "node-name": "format", file: "blocks" };
  expect(apply(odd, "blockdev-add", format).nodes.has("format")).toBe(true);
});

test("to write without changing anything counts as writing", () => {
  const [pin, take] = [{ driver: "blkdebug", "node-name": "pin", image: "blocks" }, ["write"]];
  const odd = built(...blocks(1536, 1024));
  const unchanged = { ...pin, "take-child-perms": ["write-unchanged"] };
  expect(refused(odd, "blockdev-add", unchanged)).toBe(TEXT);
  expect(refused(odd, "blockdev-add", { ...pin, "take-child-perms": take })).toBe(TEXT);
  const both = { ...pin, "take-child-perms": [...take, "resize"] };
  expect(apply(odd, "blockdev-add", both).nodes.has("pin")).toBe(true);
});

test("it is the node's own alignment that counts, and its length in sectors (A24)", () => {
  const above: Command = ["blockdev-add", { driver: "raw", "node-name": "above", file: "blocks" }];
  expect(refused(built(...blocks(1536, 1024), above), ...exported("above", true))).toBe(TEXT);
  const below = built(...blocks(1536, 1024));
  expect(apply(below, ...exported("disk", true)).exports.size).toBe(1);
  expect(apply(built(...blocks(1000, 1024)), ...exported("blocks", true)).exports.size).toBe(1);
});

test("a writer is accepted exactly where blocks fill the image", () => {
  const align = fc.nat(16).map((power) => 2 ** power);
  fc.assert(
    fc.property(fc.nat(2 ** 18), align, (size, bytes) => {
      const graph = built(...blocks(size, bytes));
      const fills = wholeSectors(size) % bytes === 0;
      if (fills) expect(apply(graph, ...exported("blocks", true)).exports.size).toBe(1);
      else expect(refused(graph, ...exported("blocks", true))).toBe(TEXT);
    }),
  );
});
