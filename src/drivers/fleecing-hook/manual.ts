/**
 * The manual of `fleecing-hook`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "The filter that the thread of 2018 proposed, as it was posted: over the active disk, " +
      "its `backing`, it saves what a guest is about to overwrite to the cache, its `file`. " +
      "Readers read the cache.",
    "With `append-to` it puts itself above a disk in use when it is opened: that is the " +
      "insertion that damages links (the thread's problem 3).",
  ],
  limits: [
    "Only profile `rfc-2018` has it. It became `copy-before-write`.",
    "Two writes at once lose the point in time (H02), and so does a reader at the same " +
      "time (H05). That is how it was posted.",
  ],
  example: [
    ...nodes("disk", "cache"),
    opened("fleecing-hook", "hook", { file: "cache", "append-to": "disk" }),
  ],
};
