/**
 * `blkverify`: a filter over `raw` that does everything to `test` as well, and stops where the two
 * differ (QEMU block/blkverify.c).
 *
 * Limits: rules and options only. It has no data path, so graphs with it can be built, rewired and
 * judged, but no request passes through it.
 */
import { commonOptions } from "../../graph/common-options.ts";
import { defineDriver } from "../driver.ts";
import { manual } from "./manual.ts";

export const blkverify = defineDriver({
  name: "blkverify",
  summary: "does everything twice, and stops at a difference (permissions only)",
  manual,
  options: commonOptions,
  children: [
    { name: "raw", roles: ["filtered", "primary"] },
    { name: "test", roles: ["data"] },
  ],
  filter: true,
  lengthFrom: "test",
  reopens: null,
  parameters: () => ({}),
  everyParameters: [],
  charts: () => ({ cluster: null, node: null, requests: {}, tasks: {} }),
});
