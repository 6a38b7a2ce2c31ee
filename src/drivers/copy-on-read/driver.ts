/**
 * `copy-on-read`: copies what is read from a backing file into the file above it (QEMU
 * block/copy-on-read.c).
 *
 * It always writes without changing anything, and lets others do so; it never requires that by
 * asking for `write`. While it is being opened it asks for nothing.
 *
 * Limits: no driver here has a backing file whose data it can read, so everything is allocated
 * above it, there is nothing to copy, and every request is handed on. `bottom` is refused.
 */
import { commonOptions } from "../../graph/common-options.ts";
import { NO_DEMANDS, WRITE_UNCHANGED } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";

const permissions: PermissionRule = ({ demands: { perm, shared }, opening }) =>
  opening ? NO_DEMANDS : { perm: perm | WRITE_UNCHANGED, shared: shared | WRITE_UNCHANGED };

export const copyOnRead = defineDriver({
  name: "copy-on-read",
  summary: "copies what is read from a backing file into the file above it",
  options: commonOptions,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  permissions,
  filter: true,
  reopens: null,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("copy-on-read", "file"),
});
