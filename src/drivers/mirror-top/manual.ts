/**
 * The manual of `mirror_top`.
 */
import { nodes, sent } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "The filter through which a mirror sees what is written. The job copies what is dirty " +
      "from the disk to its target, and what a guest writes meanwhile is dirty again, or " +
      "goes to both.",
    "A commit of the topmost file is a mirror into a file below.",
  ],
  limits: [
    "Only a job can open it.",
    "In a model the pieces of the job are requests of whoever plays it. An error of the " +
      "target does not end the job.",
  ],
  example: [
    ...nodes("disk", "target"),
    sent("blockdev-mirror", { "job-id": "job", device: "disk", target: "target", sync: "full" }),
  ],
};
