/**
 * The manual of `job-life`.
 */
import { nodes, sent } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "What stands between a job and its filter, if the job was told what to do about " +
      "errors. All that the job asks its filter to copy goes through it first: a job that " +
      "stops asks for nothing more until it is resumed.",
  ],
  limits: [
    "It is no node of the graph, and nobody can add one: a job with `on-source-error`, " +
      "`on-target-error` or `on-error` does.",
  ],
  example: [
    ...nodes("disk", "target"),
    sent("blockdev-backup", {
      ...{ "job-id": "job", device: "disk", target: "target", sync: "full" },
      "on-target-error": "stop",
    }),
  ],
};
