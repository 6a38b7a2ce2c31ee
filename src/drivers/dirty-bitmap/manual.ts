/**
 * The manual of `dirty-bitmap`.
 */
import { BITMAP } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "What records the changes of a node for one of its dirty bitmaps. All changes of the " +
      "node go through it, whoever they come from; commands clear bitmaps, merge them, and " +
      "fill hooks from them.",
  ],
  limits: [
    "It is no node of the graph, and nobody can add one: `block-dirty-bitmap-add` does.",
    "In a model a bit is a cluster, so the granularity must be the size of one. In a live graph " +
      "it is what it is told to be, and a bitmap has 2^28 bits at most.",
  ],
  example: BITMAP,
};
