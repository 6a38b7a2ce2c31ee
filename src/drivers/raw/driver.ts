/**
 * `raw`: shows its file, or a window of it (QEMU block/raw-format.c).
 *
 * `offset` and `size` are bytes. The window must lie inside the file. Formally no filter, but it
 * hands every request on, moved by the offset.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { RESIZE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";

const bytes = z.int().min(0, "a non-negative number below 2^64");

const options = commonOptions.extend({
  offset: bytes.default(0).meta({ description: "first byte of the file that is shown" }),
  size: bytes.optional().meta({ description: "bytes shown; default: up to the end" }),
});

/**
 * As a filter, except that whoever sees a window of the file cannot have the file resized by others
 * (block/raw-format.c, `raw_child_perm`).
 */
const permissions: PermissionRule = ({ demands: { perm, shared }, options }) => {
  const window = (options.offset ?? 0) !== 0 || options.size !== undefined;
  return { perm, shared: window ? shared & ~RESIZE : shared };
};

export const raw = defineDriver({
  name: "raw",
  summary: "shows its file, or a window of it",
  options,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  permissions,
  reopens: ["offset", "size"],
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("raw", "file"),
  geometry({ offset, size }, below) {
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
    return { length, shift: offset };
  },
});
