/**
 * Inserting the hook by moving the guest's disk: `qom-set` on a running device, since 6.1.
 *
 * Only the guest moves, and everybody can see that only the guest does. There is no such command
 * for the client of an export, or for the parent node of a node.
 */
import type { Model } from "../../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "../graph.ts";
import { guestWrites, holdsInQemu, imagesOf, readerReads } from "./parts.ts";

export const insertByQomSet: Model = {
  ...holdsInQemu,
  name: "insert-by-qom-set",
  title: "The hook goes in, and out, by moving the guest's disk",
  idea:
    "The guest's device is put on the hook and, later, back on the disk, while the guest runs. " +
    "What it wrote before belongs to the point in time, what it writes afterwards does not.",
  bounds: { ...holdsInQemu.bounds, requests: 1 },
  images: imagesOf("cache.raw"),
  phases: [
    { kind: "commands", commands: guestOnDisk },
    {
      kind: "concurrent",
      actors: [{ ...guestWrites(), name: "guest before the point in time" }],
    },
    { kind: "commands", commands: startFleecing(["reader"]) },
    { kind: "concurrent", actors: [guestWrites(), readerReads] },
    { kind: "commands", commands: stopFleecing(["reader"]) },
    { kind: "concurrent", actors: [{ ...guestWrites(), name: "guest after fleecing" }] },
  ],
};
