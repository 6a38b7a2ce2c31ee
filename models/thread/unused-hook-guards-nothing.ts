/**
 * A hook that nobody uses guards nothing (defect M7).
 *
 * So that it can be put over a disk in use, a hook without parents shares everything (rule P13). If
 * the guest is then never moved onto it, QEMU does not object: the cache is there, its reader is
 * served, and what the guest writes shines through.
 */
import type { Model } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import {
  cacheOverDisk,
  common,
  guestOn,
  guestWrites,
  hookOverDisk,
  imagesOf,
  readerOn,
  readerReads,
} from "./parts.ts";

export const unusedHookGuardsNothing: Model = {
  ...common,
  name: "unused-hook-guards-nothing",
  title: "A hook that the guest was never moved onto (M7)",
  idea:
    "Disk, cache and hook are opened in the right order, and the cache is exported, but the " +
    "guest stays on the disk. Everything is accepted, and nothing is saved.",
  profile: "qemu-7.2",
  bounds: { ...common.bounds, requests: 1 },
  images: imagesOf("cache.qcow2"),
  phases: [
    {
      kind: "commands",
      commands: [
        ...[rawNode("disk"), guestOn("disk"), cacheOverDisk, hookOverDisk],
        readerOn("cache"),
      ],
    },
    { kind: "concurrent", actors: [guestWrites(), readerReads] },
  ],
  properties: ["view-equals-point-in-time"],
  expected: { verdict: "violated" },
};
