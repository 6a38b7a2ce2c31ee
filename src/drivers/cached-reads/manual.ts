/**
 * The manual of `cached-reads`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "A filter above a hook, through which a guest reads from the hook's cache what it has " +
      "not changed. What the cache does not have, and everything that is not a read, goes to " +
      "`file`.",
    "Before a write goes on, the cache is told that its clusters are changed: a hook that " +
      "has given its view up would tell nobody.",
  ],
  limits: [
    "QEMU does not have it: profile `proposed`.",
    "Whoever writes the disk must do so through this filter, or through the hook while " +
      "that keeps its view.",
    "A cache that keeps nothing of what is read never has anything for a guest.",
  ],
  example: [
    ...nodes("disk"),
    opened("memory", "ram", { image: "ram" }),
    opened("fleecing-cache", "cache", {
      ...{ memory: "ram", backing: "disk", "memory-clusters": 16, "copy-on-read": true },
    }),
    opened("copy-before-write", "hook", { file: "disk", target: "cache" }),
    opened("cached-reads", "reads", { file: "hook", cache: "cache" }),
  ],
};
