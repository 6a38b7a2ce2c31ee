/**
 * The manual of `blkdebug`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "Hands every request on, and takes or unshares permissions as it is told. With it, " +
      "tests pin a node: whoever unshares `write` keeps others from writing.",
  ],
  limits: [
    "A node that injects errors can be judged, but not be simulated: faults are events of " +
      "the environment.",
    "`config` and `align` are taken; the simulator reads no rules and writes at any byte.",
  ],
  example: [
    ...nodes("disk"),
    opened("blkdebug", "pin", { image: "disk", "unshare-child-perms": ["write"] }),
  ],
};
