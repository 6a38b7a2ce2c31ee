/**
 * `quorum`: writes to all its children, and reads what most of them agree on (QEMU block/quorum.c).
 *
 * Whoever else wrote one child would make it differ from the others, so nobody may. With
 * `rewrite-corrupted` it writes to children even for who only reads.
 *
 * Its children are a list, the only one that `x-blockdev-change` can change.
 *
 * Limits: rules and options only. It has no data path, so graphs with it can be built, rewired and
 * judged, but no request passes through it.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { childEdges } from "../../graph/graph.ts";
import { CONSISTENT_READ, WRITE, WRITE_UNCHANGED } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { manual } from "./manual.ts";

const options = commonOptions.extend({
  "vote-threshold": z.int().meta({ description: "children that must agree" }),
  blkverify: z.boolean().default(false).meta({
    description: "stop at the first difference between two children",
  }),
  "rewrite-corrupted": z.boolean().default(false).meta({
    description: "write to children that differ what the others agree on",
  }),
  "read-pattern": z.enum(["quorum", "fifo"]).default("quorum").meta({
    description: "whether all children are read, or one after the other until one can be",
  }),
});

const permissions: PermissionRule = ({ demands: { perm, shared }, options: given }) => ({
  perm: perm | (given["rewrite-corrupted"] === true ? WRITE : 0),
  shared: shared & (CONSISTENT_READ | WRITE_UNCHANGED),
});

export const quorum = defineDriver({
  name: "quorum",
  summary: "keeps its bytes in several children, and reads what most agree on (permissions only)",
  manual,
  options,
  children: [{ name: "children", roles: ["data"], list: true }],
  permissions,
  reopens: null,
  checked({ children, ...given }) {
    const { length } = Array.isArray(children) ? children : [];
    const { "vote-threshold": threshold, blkverify } = given;
    if (length < 1) throw refuse("Number of provided children must be 1 or more");
    if (Number(threshold) < 1) throw refuse("Parameter 'vote-threshold' expects a value >= 1");
    if (Number(threshold) > length) throw refuse("threshold may not exceed children count");
    if (given["read-pattern"] === "fifo" || blkverify !== true) return;
    if (length !== 2 || threshold !== 2) {
      throw refuse(
        "blkverify=on can only be set if there are exactly two files and vote-threshold is 2",
      );
    }
    if (given["rewrite-corrupted"] === true) {
      throw refuse("rewrite-corrupted=on cannot be used with blkverify=on");
    }
  },
  opened(graph, { name }) {
    const lengths = childEdges(graph, { kind: "node", name }).map(
      ({ child }) => graph.nodes.get(child)?.length ?? null,
    );
    const known = new Set(lengths.filter((length) => length !== null));
    if (known.size > 1) throw refuse("Could not refresh total sector count: Input/output error");
  },
  resizes: () => "Image format driver does not support resize",
  listChanges: {
    adding: ({ blkverify }) =>
      blkverify === true ? "Cannot add a child to a quorum in blkverify mode" : null,
    removing: ({ "vote-threshold": threshold }, children) =>
      children > Number(threshold)
        ? null
        : `The number of children cannot be lower than the vote threshold ${threshold}`,
  },
  parameters: () => ({}),
  everyParameters: [],
  charts: () => ({ cluster: null, node: null, requests: {}, tasks: {} }),
});
