/**
 * The manual of `qcow2`.
 */
import { layer } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "A format with metadata of its own and a backing file: what was never written to it " +
      "shows what is below.",
    "Its metadata is read, and changed if the node is writable, even while nobody uses the " +
      "node; so nobody else may write its file.",
  ],
  limits: [
    "In a model its charts are those of clusters, without the format: each cluster stands " +
      "at its own offset in the file, and a run makes no image that `qemu-img` would know. " +
      "In a live graph the format is below them, with snapshots, bitmaps and checks.",
    "How tables are kept in memory, `lazy-refcounts`, `overlap-check` and `pass-discard-...` " +
      "are taken, and nothing depends on them.",
    "A backing file must be as long as the node at least.",
  ],
  example: [layer("base", null), layer("top", "base")],
};
