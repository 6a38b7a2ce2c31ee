/**
 * A small fleecing graph for scripts: a disk of four 64 KiB clusters, filled with 0x11.
 */
import { guestOnDisk, startFleecing } from "../../models/graph.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import type { ProfileName } from "../../src/graph/profile.ts";
import type { LogBody } from "../../src/log/record.ts";
import { describeModelImage } from "../../src/system/model-image.ts";
import type { StartBody } from "../../src/system/start.ts";
import type { Operation } from "../../src/vocabulary.ts";

export const CLUSTER = 65536;
const LENGTH = 4 * CLUSTER;

export function start(profile: ProfileName): StartBody {
  const disk = { offset: 0, length: LENGTH, fill: { byte: 0x11 } };
  return {
    kind: "start",
    model: "script",
    digest: "0000000000000000",
    profile,
    mutant: null,
    "cluster-size": CLUSTER,
    images: [
      describeModelImage({ filename: "disk.raw", length: LENGTH, content: [disk] }),
      describeModelImage({ filename: "cache.raw", length: LENGTH, content: [] }),
    ],
  };
}

/** The commands up to two readers on the view. */
export function setUp(hook: JsonObject = {}): LogBody[] {
  return [...guestOnDisk, ...startFleecing(["reader0", "reader1"], hook)].map((command, id) => ({
    kind: "qmp",
    id,
    ...command,
  }));
}

/** The same with an empty image more, for {@link snapshotOfHook}. */
export function startWithOverlay(profile: ProfileName): StartBody {
  const begin = start(profile);
  const overlay = { filename: "overlay.qcow2", length: LENGTH, content: [] };
  return { ...begin, images: [...begin.images, describeModelImage(overlay)] };
}

/** Puts an overlay under the reader's view, which has no point in time to show then (R03). */
export const snapshotOfHook: readonly LogBody[] = [
  {
    ...{ kind: "qmp", id: 0, execute: "blockdev-add" },
    arguments: {
      driver: "qcow2",
      "node-name": "overlay",
      file: { driver: "file", filename: "overlay.qcow2" },
      backing: null,
    },
  },
  {
    ...{ kind: "qmp", id: 0, execute: "blockdev-snapshot" },
    arguments: { node: "hook", overlay: "overlay" },
  },
];

/** A request of whole clusters. */
export function io(through: string, operation: Operation, cluster: number, byte?: number): LogBody {
  const request = {
    kind: "io" as const,
    request: 0,
    through,
    operation,
    offset: cluster * CLUSTER,
    length: CLUSTER,
  };
  return byte === undefined ? request : { ...request, data: { byte } };
}

export const step = (agent: number, event: "DONE" | "WAKE" | "TIMEOUT" = "DONE"): LogBody => ({
  kind: "step",
  agent,
  event,
});
