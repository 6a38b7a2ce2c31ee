/**
 * `blkdebug`: hands every request on, and takes or unshares permissions as it is told (QEMU
 * block/blkdebug.c).
 *
 * With it, tests pin a node: whoever unshares `write` keeps others from writing. Limits: a node
 * that injects errors can be judged, but not be simulated, since faults are events of the
 * environment; in a live graph that injects them (src/serve/injected-errors.ts).
 */
import { z } from "zod";
import { commonOptions } from "../../graph/common-options.ts";
import { PERMISSION_NAMES, permissionsNamed } from "../../graph/permission.ts";
import type { PermissionRule } from "../../graph/permission-query.ts";
import { refuse } from "../../graph/refuse.ts";
import { defineDriver } from "../driver.ts";
import { forwardingCharts } from "../forwarding-charts.ts";
import { manual } from "./manual.ts";

/** QEMU loses an empty list on the way to the driver, and then does not know the option. */
const permissionList = (name: string) =>
  z
    .array(z.enum(PERMISSION_NAMES))
    .refine((list) => list.length > 0, {
      error: `Block protocol 'blkdebug' doesn't support the option '${name}'`,
    })
    .optional();

const options = commonOptions.extend({
  "take-child-perms": permissionList("take-child-perms").meta({
    description: "permissions to require of the image besides what parents require",
  }),
  align: z.int().min(0, "uint64_t").optional().meta({
    description: "bytes in whose multiples it is written; the simulator writes any",
  }),
  config: z.string().optional().meta({
    description: "file of further rules, which the simulator does not read",
  }),
  "inject-error": z
    .array(z.looseObject({ event: z.string().meta({ description: "what it happens to" }) }))
    .optional()
    .meta({ description: "errors to inject; the simulator has faults of its own" }),
  "unshare-child-perms": permissionList("unshare-child-perms").meta({
    description: "permissions that no other user of the image may have",
  }),
});

/** C's INT_MAX */
const ALIGN_END = 0x7fff_ffff;

const bitsOf = (list: unknown) => permissionsNamed(z.array(z.string()).catch([]).parse(list));

const permissions: PermissionRule = ({ demands: { perm, shared }, options: given }) => ({
  perm: perm | bitsOf(given["take-child-perms"]),
  shared: shared & ~bitsOf(given["unshare-child-perms"]),
});

export const blkdebug = defineDriver({
  name: "blkdebug",
  summary: "hands every request on; takes or unshares permissions as it is told",
  manual,
  options,
  children: [{ name: "image", roles: ["filtered", "primary"] }],
  permissions,
  filter: true,
  checked({ config }, images) {
    if (typeof config !== "string" || images === undefined || images.has(config)) return;
    throw refuse("Could not read blkdebug config file: No such file or directory");
  },
  opened(_graph, { options: { align } }) {
    if (typeof align !== "number" || align === 0) return;
    if (align < ALIGN_END && Number.isInteger(Math.log2(align))) return;
    throw refuse(`Cannot meet constraints with align ${align}`);
  },
  alignment: ({ align }) => (typeof align === "number" && align > 0 ? align : 1),
  parameters(given) {
    if (given["inject-error"] === undefined && given.config === undefined) return {};
    throw refuse("blkdebug injects no errors in the simulator; give the model faults instead");
  },
  everyParameters: [{}],
  charts: () => forwardingCharts("blkdebug", "image"),
});
