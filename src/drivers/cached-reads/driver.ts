/**
 * `cached-reads`: a filter above a hook, through which a guest reads from the hook's cache what it
 * has not changed (the thread: "if cluster is unchanged and ram-cached, we can skip reading from
 * the device"). QEMU does not have it; the hook below stays as it is.
 *
 * What the cache does not have goes to `file`, and so does everything that is not a read. Before a
 * write goes on, the cache is told that the clusters are changed. The hook tells it as well, by
 * saving them there; but a hook whose copy failed, and that gave its view up for it, saves nothing
 * any more, and what is in memory would still look unchanged.
 *
 * Limits: whoever writes to the disk must do so through this filter, or through the hook while that
 * keeps its view. A cache that keeps nothing of what is read never has anything for a guest.
 */
import { forwardChart } from "../../chart/forward.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { defineDriver } from "../driver.ts";
import { changeChart, readChart } from "./charts.ts";
import { manual } from "./manual.ts";

/** Of the cache it only reads, and lets others do what they like with it. */
const permissions: PermissionRule = ({ edge, demands }) =>
  edge === "cache" ? { perm: demands.perm & CONSISTENT_READ, shared: ALL_PERMISSIONS } : demands;

export const cachedReads = defineDriver({
  name: "cached-reads",
  summary: "reads from a hook's cache what no guest has changed",
  manual,
  options: commonOptions,
  children: [
    { name: "file", roles: ["filtered", "primary"] },
    { name: "cache", roles: ["data"] },
  ],
  permissions,
  filter: true,
  reopens: null,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => ({
    cluster: null,
    node: null,
    requests: {
      read: readChart(),
      write: changeChart("write"),
      "write-unchanged": forwardChart("cached-reads/write-unchanged", "file", "write-unchanged"),
      "write-zeroes": changeChart("write-zeroes"),
      discard: changeChart("discard"),
      flush: forwardChart("cached-reads/flush", "file", "flush"),
      "block-status": forwardChart("cached-reads/block-status", "file", "block-status"),
    },
    tasks: {},
  }),
});
