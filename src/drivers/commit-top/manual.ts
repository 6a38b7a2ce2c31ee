/**
 * The manual of `commit_top`.
 */
import { layer, sent } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "The filter that a commit puts above the files that it empties, and what copies for " +
      "the job. Who is above reads through it, and finds what was there: where a file above " +
      "the base has a cluster it is read from that.",
  ],
  limits: [
    "Only a job can open it.",
    "In a model the pieces of the job are requests of whoever plays it. Zeros are copied " +
      "as data.",
  ],
  example: [
    ...[layer("base", null), layer("middle", "base"), layer("top", "middle")],
    sent("block-commit", {
      ...{ "job-id": "job", device: "top", "top-node": "middle", "base-node": "base" },
    }),
  ],
};
