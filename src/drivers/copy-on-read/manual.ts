/**
 * The manual of `copy-on-read`.
 */
import { layer, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "Copies what is read from a backing file into the file above it, whole clusters. With " +
      "a `bottom`, only what files down to that node have is copied, and the chain down to " +
      "there is frozen.",
    "A stream puts such a filter above its file.",
  ],
  limits: [
    "Zeros are copied as data.",
    "Who uses the node below in another way than through the filter does not wait for its reads.",
    "QEMU hangs if `bottom` is not in the chain (R05); here that is refused.",
  ],
  example: [
    ...[layer("base", null), layer("top", "base")],
    opened("copy-on-read", "copying", { file: "top", bottom: "top" }),
  ],
};
