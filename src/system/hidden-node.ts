/**
 * Filters that are no nodes of the graph: what records for a bitmap (recorder.ts), and the life of
 * a job (life.ts). They show what is below them, and keep no data.
 */
import type { Driver } from "../drivers/driver.ts";
import { automataOf } from "./automata.ts";
import type { SystemNode, SystemRules } from "./system.ts";

/** @param options of the driver, whose only child is `file` */
export function hiddenNode(
  name: string,
  driver: Driver,
  options: object,
  below: SystemNode,
  rules: SystemRules,
): SystemNode {
  return {
    ...below,
    ...automataOf(driver.name, driver.instantiate(options, rules.profile), rules),
    ...{ name, driver: driver.name, shift: 0, clusterSize: rules.clusterSize, image: null },
    ...{ children: new Map([["file", below]]), primary: below, backing: null },
    ...{ located: null, format: null, savedIn: null, savesStably: false },
    ...{ recorder: null, records: null, life: null, stops: null },
  };
}
