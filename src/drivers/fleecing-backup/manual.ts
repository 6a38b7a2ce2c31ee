/**
 * The manual of `fleecing-backup`.
 */
import { nodes, opened, sent } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "What works for the job of that name: it reads a view, which does not change, and " +
      "writes a target, in the order that the view recommends. With `discard-source` the " +
      "view forgets what was copied, so that guests need not save it any more.",
    "It is no filter, and nobody is above it.",
  ],
  limits: ["QEMU does not have it: profile `proposed`.", "Only a job can open it."],
  example: [
    ...nodes("disk", "cache", "target"),
    opened("copy-before-write", "hook", { file: "disk", target: "cache" }),
    opened("snapshot-access", "view", { file: "hook" }),
    sent("fleecing-backup", { "job-id": "job", device: "view", target: "target" }),
  ],
};
