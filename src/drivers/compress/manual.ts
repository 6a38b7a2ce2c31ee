/**
 * The manual of `compress`.
 */
import { layer, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "Asks the format below to compress what is written. In 10.0 it asks its child for its " +
      "limits, and whatever is put above it hangs (F22 to F24).",
  ],
  limits: ["No format here compresses, so every request is handed on."],
  example: [layer("disk", null), opened("compress", "compress", { file: "disk" })],
};
