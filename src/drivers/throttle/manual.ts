/**
 * The manual of `throttle`.
 */
import { nodes, opened, sent } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "Holds requests back, as the group that it belongs to is told to. Groups are made by " +
      "`object-add`.",
  ],
  limits: [
    "How long requests wait is time, which no chart knows: any request may be overtaken " +
      "anyway, so every request is simply handed on. Limits have no effect here.",
  ],
  example: [
    ...nodes("disk"),
    sent("object-add", {
      ...{ "qom-type": "throttle-group", id: "group", limits: { "bps-total": 65_536 } },
    }),
    opened("throttle", "slow", { file: "disk", "throttle-group": "group" }),
  ],
};
