/**
 * The manual of `file`.
 */
import { opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "A node whose bytes are those of one image. All operations go straight to it; discards " +
      "and zeroes punch holes, so both read as zeros afterwards.",
    "It locks of its image what its users require, and what they do not share, as QEMU " +
      "does, so that a second program, ours or QEMU, is refused.",
  ],
  limits: [
    "`aio` and `cache` are taken, and nothing depends on them: flushes are always done.",
    "Where the host has no way to punch holes, discards write zeros (`blockgraph doctor` tells).",
  ],
  example: [opened("file", "disk", { filename: "disk.raw" })],
};
