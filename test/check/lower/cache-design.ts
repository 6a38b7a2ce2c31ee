/**
 * Random fleecing caches that a checker can follow: a disk of a few clusters, a hook that saves to
 * a cache with little memory, perhaps with a disk tier, and what guest, reader and keeper do there.
 * Everything is a multiple of half a cluster.
 */
import fc from "fast-check";
import {
  CLUSTER,
  keeper,
  readByCache,
  readByDisk,
  startCaching,
  stopCaching,
} from "../../../models/fleecing-cache/parts.ts";
import { rawNode } from "../../../models/graph.ts";
import type { Actor, FaultSource, Model } from "../../../src/system/model.ts";
import type { Operation } from "../../../src/vocabulary.ts";

const SECTOR = CLUSTER / 2;

const GUEST: readonly Operation[] = ["write", "write-zeroes", "discard", "read"];
const READER: readonly Operation[] = ["read", "discard", "block-status", "flush"];

const options = fc
  .record({
    "memory-clusters": fc.integer({ min: 1, max: 2 }),
    "when-full": fc.constantFrom("break-guest-write", "break-snapshot", "wait"),
    "copy-on-read": fc.boolean(),
    "read-once": fc.boolean(),
  })
  .filter(
    (given) => given["when-full"] !== "wait" || !(given["copy-on-read"] || given["read-once"]),
  );

const faults: fc.Arbitrary<readonly FaultSource[]> = fc.subarray([
  { image: "disk.raw", operations: ["read", "write"], errno: "EIO", times: 1 },
  { image: "ram", operations: ["write", "write-zeroes"], errno: "ENOSPC", times: 2 },
  { image: "ram", operations: ["read", "discard"], errno: "EIO", times: 1 },
]);

const depth = fc.integer({ min: 1, max: 2 });

/** A model of a cache whose every state can be followed by hand. */
export const cacheDesign: fc.Arbitrary<Model> = fc
  .record({
    given: options,
    onError: fc.constantFrom("break-guest-write", "break-snapshot"),
    tiers: fc.boolean(),
    byCache: fc.boolean(),
    sectors: fc.integer({ min: 2, max: 6 }),
    filled: fc.integer({ min: 0, max: 6 }),
    struck: faults,
    guest: fc.subarray([...GUEST], { minLength: 1 }),
    reader: fc.subarray([...READER], { minLength: 1 }),
    depths: fc.tuple(depth, depth),
    longest: fc.integer({ min: 1, max: 4 }),
  })
  .map((design): Model => {
    const { given, onError, tiers, byCache, sectors, filled } = design;
    const { struck, guest, reader, depths, longest } = design;
    const length = sectors * SECTOR;
    const content = [{ offset: 0, length: Math.min(filled, sectors) * SECTOR, fill: { seed: 1 } }];
    const actor = (name: string, operations: readonly Operation[], inFlight = 1): Actor => ({
      ...{ name, through: name, depth: inFlight },
      requests: { operations, count: 3, alignment: SECTOR, longest: longest * SECTOR },
    });
    const [guests, readers] = depths;
    const keepers = tiers ? [actor("keeper", ["evict"])] : [];
    const hook = { "on-cbw-error": onError };
    const start = tiers
      ? [rawNode("tier"), ...startCaching({ ...given, disk: "tier" }, hook), keeper]
      : startCaching(given, hook);
    const stop = tiers ? stopCaching(["keeper"], ["tier"]) : stopCaching();
    return {
      name: "random-cache",
      title: "a random cache",
      idea: "a random cache",
      profile: "proposed",
      clusterSize: CLUSTER,
      images: [
        { filename: "disk.raw", length, content: filled === 0 ? [] : content },
        { filename: "ram", length, content: [], volatile: true },
        ...(tiers ? [{ filename: "tier.raw", length, content: [] }] : []),
      ],
      phases: [
        { kind: "commands", commands: [...start, ...(byCache ? readByCache : [])] },
        {
          kind: "concurrent",
          actors: [actor("guest", guest, guests), actor("reader", reader, readers), ...keepers],
          faults: struck,
        },
        { kind: "commands", commands: [...(byCache ? readByDisk : []), ...stop] },
      ],
      properties: [],
      expected: { verdict: "holds" },
      mutants: [],
    };
  });
