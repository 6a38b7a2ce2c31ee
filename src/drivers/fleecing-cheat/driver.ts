/**
 * `fleecing-cheat`: the node that hacks permissions, from the thread of 2018 ("hack children
 * permissions filter node").
 *
 * Between a cache and the disk behind it, it reads the disk and lets everybody else do with it what
 * they like, so that a guest may write what the cache has as its backing file. It protects nobody:
 * that what is read through it is still the old data, its user has to see to.
 */
import { commonOptions } from "../../graph/common-options.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ } from "../../graph/permission.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";
import { manual } from "./manual.ts";

export const fleecingCheat = defineDriver({
  name: "fleecing-cheat",
  summary: "reads a disk that others may write (as posted in 2018)",
  manual,
  options: commonOptions,
  children: [{ name: "backing", roles: ["filtered", "primary"] }],
  permissions: () => ({ perm: CONSISTENT_READ, shared: ALL_PERMISSIONS }),
  filter: true,
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("fleecing-cheat", "backing"),
});
