/**
 * The manual of `blklogwrites`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "A filter over `file` that writes down in `log` what is written. The log is metadata " +
      "of its own: nobody else may write it, also while nobody uses the filter.",
  ],
  limits: [
    "Rules and options only. It has no data path: graphs with it can be built, rewired and " +
      "judged, but no request passes through it.",
  ],
  example: [
    ...nodes("disk", "log"),
    opened("blklogwrites", "logged", { file: "disk", log: "log" }),
  ],
};
