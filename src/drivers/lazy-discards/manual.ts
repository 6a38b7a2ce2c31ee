/**
 * The manual of `lazy-discards`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "A filter above a hook that acknowledges a guest's discards, remembers them, and hands " +
      "them on when it is asked to: at the end of a backup, when nothing has to be saved any " +
      "more. A later write drops the discard of its cluster.",
    "Until then the guest may still read what was there, as of any disk that takes a " +
      "discard for a hint.",
  ],
  limits: [
    "QEMU does not have it: profile `proposed`.",
    "It counts in clusters: a discard of a part of one is forgotten, a write to a part " +
      "drops the discard of all of it.",
    "What is remembered is gone with the filter: take it out after everything was handed on.",
  ],
  example: [
    ...nodes("disk", "cache"),
    opened("copy-before-write", "hook", { file: "disk", target: "cache", discard: "unmap" }),
    opened("lazy-discards", "lazy", { file: "hook", discard: "unmap" }),
  ],
};
