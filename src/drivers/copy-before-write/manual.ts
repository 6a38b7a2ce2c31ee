/**
 * The manual of `copy-before-write`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "The hook. It saves what a guest is about to overwrite in `file` to `target`, so that " +
      "the image of one point in time stays readable: by `snapshot-access`, or in a target " +
      "that has the disk as its backing file.",
    "The point in time is the instant at which it gets its first user, not the one at " +
      "which it is opened. Until then it shares everything, so that it can be put above a " +
      "disk in use, and guards nothing.",
    "With `bitmap` it keeps only what that has recorded by then: the rest cannot be read " +
      "through the view (incremental fleecing). With `flush-target`, which QEMU does not " +
      "have, what was saved is stable before the guest's write goes on.",
  ],
  limits: [
    "`cbw-timeout` says that copies may time out; when one does is for the environment to " +
      "choose.",
    "With `on-cbw-error=break-snapshot` QEMU's rule has a race (R01); profile `proposed` " +
      "has the repaired one.",
    "`discard-source` is for hooks of jobs, and `min-cluster-size` came with 9.2.",
  ],
  example: [
    ...nodes("disk", "cache"),
    opened("copy-before-write", "hook", {
      ...{ file: "disk", target: "cache", "on-cbw-error": "break-snapshot", "cbw-timeout": 5 },
    }),
  ],
};
