/**
 * `commit_top`: the filter that a commit puts above the files that it empties (QEMU
 * block/commit.c).
 *
 * Below it nothing is a consistent image any more, so it asks for nothing and minds nothing; who is
 * above reads through it all the same. Only the job can open it.
 */
import { commonOptions } from "../../graph/common-options.ts";
import { NO_DEMANDS } from "../../graph/permission.ts";
import { defineDriver } from "../driver.ts";

export const commitTop = defineDriver({
  name: "commit_top",
  summary: "hides from who is above that a commit empties the files below (permissions only)",
  options: commonOptions,
  children: [{ name: "backing", roles: ["filtered", "primary"] }],
  permissions: () => NO_DEMANDS,
  filter: true,
  internal: true,
  reopens: null,
  parameters: () => ({}),
  everyParameters: [],
  charts: () => ({ cluster: null, node: null, requests: {}, tasks: {} }),
});
