/**
 * The manual of `blkverify`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "A filter over `raw` that does everything to `test` as well, and stops where the two differ.",
  ],
  limits: [
    "Rules and options only. It has no data path: graphs with it can be built, rewired and " +
      "judged, but no request passes through it.",
  ],
  example: [
    ...nodes("right", "tried"),
    opened("blkverify", "both", { raw: "right", test: "tried" }),
  ],
};
