/**
 * `preallocate`: grows its file ahead of the writer (QEMU block/preallocate.c).
 *
 * Once a writer that may resize the node has come, it takes writing and resizing for itself, and
 * shares neither. Limits: it does not grow anything here, since images have a fixed length; every
 * request is handed on.
 */
import { commonOptions } from "../../graph/common-options.ts";
import { RESIZE, WRITE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";

const permissions: PermissionRule = ({ demands: { perm, shared } }) => {
  const grows = (perm & (WRITE | RESIZE)) === (WRITE | RESIZE);
  return { perm, shared: grows ? shared & ~(WRITE | RESIZE) : shared };
};

export const preallocate = defineDriver({
  name: "preallocate",
  summary: "grows its file ahead of the writer",
  options: commonOptions,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  permissions,
  filter: true,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("preallocate", "file"),
});
