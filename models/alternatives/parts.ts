/**
 * What the two ways to keep a point in time have in common: a guest that writes before and after
 * it, in halves of clusters and whole ones, two at a time; a reader; and storage for what is kept
 * apart that may be full once.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { Actor, Model } from "../../src/system/model.ts";
import { guestOnDisk } from "../graph.ts";
import { guestWrites, readerReads, readerReadsAll } from "../thread/parts.ts";

const CLUSTER = 65536;
/** Half a cluster: what a guest leaves of a cluster has to come from somewhere. */
const SECTOR = CLUSTER / 2;

export const keptInTwoWays = {
  profile: "qemu-10.0",
  bounds: { requests: 2, alignment: SECTOR, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  expected: { verdict: "holds" },
} as const satisfies Partial<Model>;

/** What the guest finds on its disk in the end. */
export const readsAllAfterwards: Actor = {
  ...readerReadsAll,
  name: "guest afterwards",
  through: "guest",
};

const overwrites: Actor = {
  name: "guest",
  through: "guest",
  depth: 2,
  requests: { operations: ["write"], count: 4, alignment: SECTOR, longest: CLUSTER },
};

/**
 * @param begin takes the point in time and lets the reader in
 * @param kept the image that new or old data goes to
 * @param end takes everything down
 */
export function keptBy(
  begin: readonly QmpCommand[],
  kept: string,
  end: readonly QmpCommand[],
): Model["phases"] {
  return [
    { kind: "commands", commands: guestOnDisk },
    { kind: "concurrent", actors: [{ ...guestWrites(), name: "guest before the point in time" }] },
    { kind: "commands", commands: begin },
    {
      kind: "concurrent",
      actors: [overwrites, readerReads],
      faults: [{ image: kept, operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "commands", commands: end },
  ];
}
