/**
 * The manual of `snapshot-access`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "The view: shows the point in time that the hook below keeps. Reads and block status " +
      "come from the hook's target where old data was saved, and from the disk where it was " +
      "not.",
    "A discard says that the reader is through with an area, if the node has " +
      "`discard=unmap`: it is not saved any more, and reading it again is refused.",
  ],
  limits: ["It cannot be written.", "Clusters are forgotten as a whole only."],
  example: [
    ...nodes("disk", "cache"),
    opened("copy-before-write", "hook", { file: "disk", target: "cache" }),
    opened("snapshot-access", "view", { file: "hook", discard: "unmap" }),
  ],
};
