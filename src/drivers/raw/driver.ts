/**
 * `raw`: shows its file, or a window of it (QEMU block/raw-format.c).
 *
 * `offset` and `size` are bytes. The window must lie inside the file. Formally no filter, but it
 * hands every request on, moved by the offset.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import type { JsonObject } from "../../graph/graph.ts";
import { lengthNow } from "../../graph/length.ts";
import { RESIZE, WRITE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { refuse } from "../../graph/refuse.ts";
import { Topology } from "../../graph/topology.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";
import { manual } from "./manual.ts";

const bytes = z.int().min(0, "a non-negative number below 2^64");

const options = commonOptions.extend({
  offset: bytes.default(0).meta({ description: "first byte of the file that is shown" }),
  size: bytes.optional().meta({ description: "bytes shown; default: up to the end" }),
});

/**
 * As a filter, except that who sees a window of the file cannot have the file resized by others,
 * unless the node is inactive (block/raw-format.c, `raw_child_perm`).
 */
const permissions: PermissionRule = ({ demands: { perm, shared }, options, inactive }) => {
  const window = (options.offset ?? 0) !== 0 || options.size !== undefined;
  if (!window) return { perm, shared };
  return { perm, shared: inactive ? shared | WRITE | RESIZE : shared & ~RESIZE };
};

export const raw = defineDriver({
  name: "raw",
  summary: "shows its file, or a window of it",
  manual,
  options,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  permissions,
  clusters: "file",
  reopens: ["offset", "size"],
  opened(graph, node, context) {
    const [edge] = Topology.of(graph).children(node.name);
    const below = edge === undefined ? null : lengthNow(graph, edge.child, context);
    if (below !== null) requireInside(windowOf(node.options), below);
  },
  length: ({ options: given, below }) => {
    const { offset, size } = windowOf(given);
    return below === null ? null : Math.min(size ?? below, Math.max(0, below - offset));
  },
  variableLength: true,
  resizes: ({ size }) => (size === undefined ? null : "Cannot resize fixed-size raw disks"),
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("raw", "file"),
  geometry(given, below) {
    requireInside({ offset: given.offset, size: given.size }, below);
    return { length: given.size ?? below - given.offset, shift: given.offset };
  },
});

interface Window {
  readonly offset: number;
  readonly size: number | undefined;
}

/** The part of the file that is shown, whatever else the options may be. */
function windowOf({ offset, size }: JsonObject): Window {
  return {
    offset: typeof offset === "number" ? offset : 0,
    size: typeof size === "number" ? size : undefined,
  };
}

/** @throws BlockgraphError `graph-refused` if a window is not inside the file */
function requireInside({ offset, size }: Window, below: number): void {
  if (offset > below) {
    throw refuse(
      `Offset (${offset}) cannot be greater than size of the containing file (${below})`,
    );
  }
  const length = size ?? below - offset;
  if (offset + length > below) {
    throw refuse(
      `The sum of offset (${offset}) and size (${length}) has to be smaller or equal to the  ` +
        `actual size of the containing file (${below})`,
    );
  }
}
