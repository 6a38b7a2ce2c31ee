/**
 * `preallocate`: grows its file ahead of the writer (QEMU block/preallocate.c).
 *
 * Once a writer that may resize the node has come, it takes writing and resizing for itself, and
 * shares neither. Where it could not be resized, 10.0 keeps both for ever (profile). Limits: it
 * does not grow anything here, since images have a fixed length; every request is handed on.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { RESIZE, WRITE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";
import { manual } from "./manual.ts";

const permissions: PermissionRule = ({ demands: { perm, shared }, found }) => {
  const kept = found.keeps === true ? WRITE | RESIZE : 0;
  const grows = ((perm | kept) & (WRITE | RESIZE)) === (WRITE | RESIZE);
  return { perm: perm | kept, shared: grows ? shared & ~(WRITE | RESIZE) : shared };
};

const aligned = z.int().refine((bytes) => bytes % 512 === 0, {
  error: "prealloc-align parameter of preallocate filter is not aligned to 512",
});

const options = commonOptions.extend({
  "prealloc-align": aligned.default(1 << 20).meta({
    description: "bytes of which the file's length is a multiple after it has grown",
  }),
  "prealloc-size": z
    .int()
    .default(128 << 20)
    .meta({ description: "bytes to grow by at a time" }),
});

export const preallocate = defineDriver({
  name: "preallocate",
  summary: "grows its file ahead of the writer",
  manual,
  options,
  reopens: ["prealloc-align", "prealloc-size"],
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  permissions,
  filter: true,
  variableLength: true,
  resizeFailed: ({ failedResize }) => (failedResize === "keeps" ? { keeps: true } : null),
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("preallocate", "file"),
});
