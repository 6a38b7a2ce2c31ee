/**
 * The manual of `preallocate`.
 */
import { opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "Grows its file ahead of the writer. Once a writer that may resize the node has come, " +
      "it takes writing and resizing for itself and shares neither; in 10.0 for ever, where " +
      "the file could not be resized (F30).",
  ],
  limits: ["It grows nothing here, since images have a fixed length; every request is handed on."],
  example: [
    opened("file", "disk", { filename: "disk.raw" }),
    opened("preallocate", "growing", { file: "disk", "prealloc-size": 1_048_576 }),
  ],
};
