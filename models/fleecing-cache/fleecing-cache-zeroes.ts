/**
 * What the thread says of zero clusters, "they don't occupy place in cache": of what is all zeros
 * the cache remembers only that.
 */
import type { Actor, Model } from "../../src/system/model.ts";
import { asks, CLUSTER, common, images, LENGTH, startCaching, stopCaching } from "./parts.ts";
import {
  answerIsForAll,
  anythingCountsAsZeros,
  zerosAreForgotten,
  zerosTakeNoTurn,
} from "./zero-mutations.ts";

/** So that a request for all of the disk begins with zeros. */
const zerosFirst = images.map((image) =>
  image.volatile
    ? image
    : { ...image, content: [{ offset: CLUSTER, length: CLUSTER, fill: { seed: 1 } }] },
);

/** Asks once for less than it may be told. */
const scout: Actor = {
  name: "scout",
  through: "reader",
  requests: { operations: ["block-status"], count: 1, alignment: CLUSTER, longest: LENGTH },
};

const zeroes = {
  ...common,
  bounds: { requests: 2, alignment: CLUSTER, longest: LENGTH, values: 1 },
  images: zerosFirst,
  properties: [
    ...["view-equals-point-in-time", "view-status-is-sound", "view-is-served"],
    "disk-keeps-guest-writes",
  ],
  reachable: ["view-is-read", "view-status-answers"],
} as const satisfies Partial<Model>;

export const fleecingCacheZeroes: Model = {
  ...zeroes,
  name: "fleecing-cache-zeroes",
  title: "A cache that needs no memory for zeros",
  idea:
    "One cluster of two is all zeros, and memory has room for one. When the hook saves zeros, " +
    "that is remembered of the cluster, and takes none of it. What the reader is told of zeros " +
    "is so, and only as far as it is so.",
  phases: [
    { kind: "commands", commands: startCaching({ "memory-clusters": 1 }) },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write", "write-zeroes"]), asks("reader", ["read"]), scout],
    },
    { kind: "commands", commands: stopCaching() },
  ],
  mutants: [
    {
      name: "zeros-are-forgotten",
      statement: "a cluster that was saved as zeros goes on being read from the disk",
      mutation: zerosAreForgotten,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "zeros-take-no-turn",
      statement: "zeros that are saved do not wait for reads under way on their clusters",
      mutation: zerosTakeNoTurn,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "answer-is-for-all",
      statement: "where a request begins with zeros, all of it is said to be zeros",
      mutation: answerIsForAll,
      caughtBy: "view-status-is-sound",
    },
  ],
};

export const corZeroes: Model = {
  ...zeroes,
  name: "cor-zeroes",
  title: "A cache that remembers which clusters were read as zeros",
  idea:
    "With copy-on-read, the cache asks the disk first whether what is to be read is all zeros. " +
    "If it is, that is remembered, also when memory is full.",
  phases: [
    { kind: "commands", commands: startCaching({ "memory-clusters": 1, "copy-on-read": true }) },
    {
      kind: "concurrent",
      actors: [asks("guest", ["write"]), asks("reader", ["read"]), scout],
    },
    { kind: "commands", commands: stopCaching() },
  ],
  mutants: [
    {
      name: "anything-counts-as-zeros",
      statement: "what a reader reads counts as zeros, although the disk says that there is data",
      mutation: anythingCountsAsZeros,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};
