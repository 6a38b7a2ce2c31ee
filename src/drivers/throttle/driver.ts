/**
 * `throttle`: holds requests back, as a group of nodes is told to (QEMU block/throttle.c).
 *
 * Limits: how long requests wait is time, which no chart knows: any request may be overtaken by any
 * other anyway, so every request is simply handed on.
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { refuse } from "../../graph/refuse.ts";
import { groupOf } from "../../graph/throttle-group.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";
import { manual } from "./manual.ts";

const options = commonOptions.extend({
  "throttle-group": z.string().meta({ description: "id of the throttle group it belongs to" }),
});

export const throttle = defineDriver({
  name: "throttle",
  summary: "holds requests back, as its group is told to",
  manual,
  options,
  children: [{ name: "file", roles: ["filtered", "primary"] }],
  filter: true,
  compresses: true,
  reopens: ["throttle-group"],
  opened({ throttleGroups }, node) {
    const group = groupOf(node);
    if (group === null || throttleGroups.has(group)) return;
    throw refuse(`Throttle group '${group}' does not exist`);
  },
  parameters: () => ({}),
  everyParameters: [{}],
  charts: () => forwardingCharts("throttle", "file"),
});
