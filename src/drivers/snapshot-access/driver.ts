/**
 * `snapshot-access`: the view. Shows the point-in-time image that the filter below keeps (QEMU
 * block/snapshot-access.c).
 *
 * It has no state: reads, block-status and discards become the filter's `snapshot-*` operations. It
 * cannot be written (rule C12). A discard says that the reader is finished with an area; it reaches
 * the filter only if this node has `discard: unmap`.
 */
import { acceptChart } from "../../chart/accept.ts";
import { forwardChart } from "../../chart/forward.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { NO_DEMANDS } from "../../graph/permission.ts";
import { defineDriver } from "../driver.ts";
import { manual } from "./manual.ts";

export const snapshotAccess = defineDriver({
  name: "snapshot-access",
  summary: "shows the point-in-time image that a filter below keeps",
  manual,
  options: commonOptions,
  children: [{ name: "file", roles: ["data", "primary"] }],
  // What it reads is not the child's data, so it needs none of it (`snapshot_access_child_perm`).
  permissions: () => NO_DEMANDS,
  isView: true,
  reopens: null,
  resizes: () => "Image format driver does not support resize",
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => ({
    cluster: null,
    node: null,
    requests: {
      read: forwardChart("snapshot-access/read", "file", "snapshot-read"),
      flush: acceptChart("snapshot-access/flush"),
      discard: forwardChart("snapshot-access/discard", "file", "snapshot-discard"),
      "block-status": forwardChart("snapshot-access/block-status", "file", "snapshot-block-status"),
    },
    tasks: {},
  }),
});
