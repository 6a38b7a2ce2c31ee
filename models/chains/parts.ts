/**
 * What the models of chains have in common: a disk of three clusters, and three overlays above it.
 *
 *     guest
 *       |
 *       v   backing       backing       backing
 *      top ---------> mid ---------> low ---------> disk
 *
 *     written by the guest while each was the topmost:
 *      any            the second     the first      everything, before
 *                     cluster        cluster
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import {
  type Actor,
  type Model,
  type ModelImage,
  type Mutant,
  qmp,
} from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import { pieces } from "../jobs/parts.ts";
import { sectionIsNotDrained } from "../mutations.ts";
import { close, guestOn, overlay } from "../thread/parts.ts";

const CLUSTER = 65536;
const LENGTH = 3 * CLUSTER;

export const common = {
  profile: "qemu-10.0",
  bounds: { requests: 1, alignment: CLUSTER / 2, longest: CLUSTER, values: 1 },
  clusterSize: CLUSTER,
  expected: { verdict: "holds" },
} as const satisfies Partial<Model>;

export const images: readonly ModelImage[] = [
  {
    filename: "disk.raw",
    length: LENGTH,
    content: [{ offset: 0, length: LENGTH, fill: { seed: 1 } }],
  },
  ...["low", "mid", "top"].map((name) => ({
    filename: `${name}.qcow2`,
    length: LENGTH,
    content: [],
  })),
];

/** The guest's disk gets its layers, and each something of its own. */
export const layers: Model["phases"] = [
  {
    kind: "commands",
    commands: [rawNode("disk"), qmp("blockdev-add", overlay("low", "disk")), guestOn("low")],
  },
  { kind: "concurrent", actors: [writesOnce("guest on low", 0)] },
  { kind: "commands", commands: snapshot("low", "mid") },
  { kind: "concurrent", actors: [writesOnce("guest on mid", CLUSTER)] },
  { kind: "commands", commands: snapshot("mid", "top") },
];

function writesOnce(name: string, offset: number): Actor {
  const data = { seed: 2 + offset / CLUSTER };
  const requests = [{ operation: "write", offset, length: CLUSTER, data }] as const;
  return { name, through: "guest", requests };
}

function snapshot(node: string, over: string) {
  return [
    qmp("blockdev-add", overlay(over, null)),
    qmp("blockdev-snapshot", { node, overlay: over }),
  ];
}

/** A guest that writes halves of clusters, or whole ones, and reads. */
export const guest: Actor = {
  name: "guest",
  through: "guest",
  requests: {
    operations: ["write", "read"],
    count: 4,
    alignment: CLUSTER / 2,
    longest: CLUSTER,
  },
};

/** What the guest does while layers are taken away. */
const guestMeanwhile: Actor = {
  name: "guest meanwhile",
  through: "guest",
  requests: [
    { operation: "write", offset: CLUSTER / 2, length: CLUSTER, data: { seed: 5 } },
    { operation: "read", offset: 0, length: LENGTH },
  ],
};

/** While the layers are taken away, what is under way in them ends first. */
export const finalizeDoesNotDrain: Mutant = {
  name: "finalize-does-not-drain",
  statement: "layers leave the chain, and are closed, while the guest reads in them (H12)",
  mutation: sectionIsNotDrained,
  caughtBy: "nodes-outlive-requests",
};

/** What the guest finds in the end. */
export const readsAll: Actor = {
  name: "guest afterwards",
  through: "guest",
  requests: [{ operation: "read", offset: 0, length: LENGTH }],
};

/** The job copies everything, piece by piece. @param name of the actor who plays it */
export function copiesAll(name: string, depth = 1): Actor {
  return { name, through: "job", depth, requests: pieces("copy", LENGTH) };
}

/**
 * A job copies while the guest goes on, and is finalized when it has copied everything: the two
 * layers in the middle are closed.
 * @param starts the command that begins it
 * @param name of the actor who plays it
 * @param written the image that it writes, which may be full once
 */
export function withoutMiddle(starts: QmpCommand, name: string, written: string): Model["phases"] {
  return [
    ...layers,
    { kind: "commands", commands: [starts] },
    {
      kind: "concurrent",
      actors: [guest, copiesAll(name)],
      faults: [{ image: written, operations: ["write"], errno: "ENOSPC", times: 1 }],
    },
    { kind: "concurrent", actors: [copiesAll(`${name} at last`)] },
    {
      kind: "concurrent",
      actors: [guestMeanwhile],
      administrator: {
        commands: [qmp("block-job-finalize", { id: "job" }), close("mid"), close("low")],
      },
    },
    { kind: "concurrent", actors: [readsAll] },
  ];
}
