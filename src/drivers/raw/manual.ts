/**
 * The manual of `raw`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "Shows its file, or a window of it: `offset` and `size` say which, in bytes. It hands " +
      "every request on, moved by the offset.",
    "Formally it is no filter, but permissions pass through it as through one; who sees a " +
      "window keeps others from resizing the file.",
  ],
  limits: ["The window must lie inside the file."],
  example: [
    ...nodes("disk"),
    opened("raw", "part", { file: "disk", offset: 65_536, size: 131_072 }),
  ],
};
