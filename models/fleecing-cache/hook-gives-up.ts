/**
 * A view that outlives the image of the point in time: the hook gives that up when it cannot save
 * something (`on-cbw-error=break-snapshot`), and a cache that shows it by itself does not hear of
 * it.
 *
 * So `blockgraph fleece --memory` has copies that fail break the guest's write, or the cache give
 * the image up where its readers see that (`when-full=break-snapshot`).
 */
import type { Model } from "../../src/system/model.ts";
import { asks, common, images, startCaching } from "./parts.ts";

export const hookGivesUp: Model = {
  ...common,
  name: "hook-gives-up",
  title: "A hook gives the view up, and a cache in memory shows it on",
  idea:
    "Memory is full, so the copy fails. The hook lets the guest write all the same and counts " +
    "its own view as broken. But it is the cache that a reader asks, and that has the guest's " +
    "new data behind it.",
  images,
  phases: [
    {
      kind: "commands",
      commands: startCaching(
        { "memory-clusters": 1, "when-full": "break-guest-write" },
        { "on-cbw-error": "break-snapshot" },
      ),
    },
    { kind: "concurrent", actors: [asks("guest", ["write"]), asks("reader", ["read"])] },
  ],
  properties: ["view-equals-point-in-time"],
  mutants: [],
  expected: { verdict: "violated" },
};
