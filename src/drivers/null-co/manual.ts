/**
 * The manual of `null-co`.
 */
import { opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "Forgets what is written and reads as zeros. It takes no time and needs no image, " +
      "which makes it a good disk for questions of permission.",
  ],
  limits: [
    "QEMU leaves a read buffer as it was unless `read-zeroes` is on; here reads always " +
      "give zeros, because arbitrary bytes can be compared with nothing.",
  ],
  example: [opened("null-co", "disk", { size: 1_048_576 })],
};
