/**
 * The manual of `quorum`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "Writes to all its children, and reads what most of them agree on. Whoever else wrote " +
      "one child would make it differ from the others, so nobody may.",
    "Its children are a list, the only one that `x-blockdev-change` can change.",
  ],
  limits: [
    "Rules and options only. It has no data path: graphs with it can be built, rewired and " +
      "judged, but no request passes through it.",
  ],
  example: [
    ...nodes("a", "b", "c"),
    opened("quorum", "quorum", { children: ["a", "b", "c"], "vote-threshold": 2 }),
  ],
};
