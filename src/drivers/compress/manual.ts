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
  limits: [
    "What is written is handed on as it is; a backup with `compress` has its target compress.",
  ],
  example: [layer("disk", null), opened("compress", "compress", { file: "disk" })],
};
