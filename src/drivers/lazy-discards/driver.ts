/**
 * `lazy-discards`: a filter above a hook that puts a guest's discards off (the thread: "in some
 * setups, discards are not guaranteed to do something, so, we can at least defer some discards to
 * the end of backup, if ram-cache is full"). QEMU does not have it.
 *
 * To a hook a discard is a change, and costs a copy of what was there. This filter acknowledges it
 * and remembers it, and hands it on only when somebody asks for that (the operation
 * `apply-discards`): at the end of a backup, when the hook has nothing to save any more. Until then
 * the guest may still read what was there, as of any disk that takes a discard for a hint. What it
 * writes later is not discarded any more.
 *
 * Limits: it counts in clusters. A discard is remembered of clusters of which it leaves nothing
 * out, and forgotten of those beside them that it has in part; a write to a part of a cluster drops
 * the discard of all of it. A write that fails has dropped it, too. What is remembered is gone with
 * the filter: take it out after everything was handed on.
 */
import { forwardChart } from "../../chart/forward.ts";
import { commonOptions } from "../../graph/common-options.ts";
import { WRITE } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { defineDriver } from "../driver.ts";
import { applyChart, applyTaskChart, changeChart, deferChart } from "./charts.ts";
import { clusterChart } from "./cluster-chart.ts";
import { manual } from "./manual.ts";

/** It hands discards on also for who only reads; while nobody uses it, it asks for nothing. */
const permissions: PermissionRule = ({ demands, inactive }) =>
  inactive || demands.perm === 0 ? demands : { ...demands, perm: demands.perm | WRITE };

const forwarded = (operation: Parameters<typeof forwardChart>[2]) =>
  forwardChart(`lazy-discards/${operation}`, "file", operation);

export const lazyDiscards = defineDriver({
  name: "lazy-discards",
  summary: "puts discards off until they are asked for",
  manual,
  options: commonOptions,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  permissions,
  filter: true,
  defers: true,
  reopens: null,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => ({
    cluster: clusterChart(),
    node: null,
    requests: {
      read: forwarded("read"),
      write: changeChart("write"),
      "write-unchanged": forwarded("write-unchanged"),
      "write-zeroes": changeChart("write-zeroes"),
      discard: deferChart(),
      flush: forwarded("flush"),
      "block-status": forwarded("block-status"),
      "apply-discards": applyChart(),
    },
    tasks: { apply: applyTaskChart() },
  }),
});
