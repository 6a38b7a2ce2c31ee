/**
 * Disks in layers: what a guest on an overlay, and a hook above one, are held to, and where nothing
 * is known of what an overlay shows.
 */
import { describe, expect, test } from "vitest";
import { restIsNotCopied } from "../../models/alternatives/mutations.ts";
import { guestOnDisk, rawNode } from "../../models/graph.ts";
import { close, moveGuestTo, overlay, readerOn, viewOfHook } from "../../models/thread/parts.ts";
import { PROPERTIES } from "../../properties/index.ts";
import type { QmpCommand } from "../../src/graph/commands.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import type { LogBody } from "../../src/log/record.ts";
import { Simulation } from "../../src/simulate/simulation.ts";
import { driveScript } from "../../src/system/drive-script.ts";
import { type Mutant, qmp } from "../../src/system/model.ts";
import { describeModelImage } from "../../src/system/model-image.ts";
import { seededSchedule } from "../../src/system/schedule.ts";
import { CLUSTER, io, start } from "../support/fleecing-graph.ts";

const send = (...commands: readonly QmpCommand[]): LogBody[] =>
  commands.map((command) => ({ kind: "qmp", id: 0, ...command }));

/** The guest goes on in an overlay. */
const onOverlay = [
  qmp("blockdev-add", overlay("top", null)),
  qmp("blockdev-snapshot", { node: "disk", overlay: "top" }),
];

const hooked = [
  rawNode("cache"),
  qmp("blockdev-add", {
    ...{ driver: "copy-before-write", "node-name": "hook", file: "top", target: "cache" },
  }),
  moveGuestTo("hook"),
  viewOfHook,
  readerOn("view"),
];

const half = (offset: number): LogBody => ({
  ...{ kind: "io", request: 0, through: "guest", operation: "write" },
  ...{ offset, length: CLUSTER / 2, data: { byte: 0xaa } },
});

/** @param mutation of the overlay */
function monitorOf(script: readonly LogBody[], mutation?: Mutant["mutation"]) {
  const first = start("proposed");
  const top = describeModelImage({ filename: "top.qcow2", length: 4 * CLUSTER, content: [] });
  const mutants: Mutant[] = mutation
    ? [{ name: "mutant", statement: "a mutant", caughtBy: "guest-reads-last-write", mutation }]
    : [];
  const simulation = new Simulation(
    {
      ...first,
      images: [...first.images, top],
      ...(mutation && { mutant: "mutant" }),
    },
    { properties: [...PROPERTIES.values()], mutants, sink: new MemoryLog() },
  );
  const { session } = simulation;
  simulation.run(driveScript(script, session, seededSchedule(0)));
  return session.monitor;
}

describe("a guest on an overlay", () => {
  const script: LogBody[] = [
    ...send(...guestOnDisk),
    io("guest", "write", 1, 0xbb),
    ...send(...onOverlay),
    half(CLUSTER),
    ...[0, 1, 2].map((cluster) => io("guest", "read", cluster)),
    { kind: "io", request: 0, through: "guest", operation: "flush", offset: 0, length: 0 },
  ];

  test("finds what it wrote before and since, and it is stable once flushed", () => {
    const { violations, judged } = monitorOf(script);
    expect(violations).toEqual([]);
    expect(judged.get("guest-reads-last-write")).toBe(3);
    expect(judged.get("flushed-is-stable")).toBe(1);
  });

  test("does not if the overlay forgets the rest of a cluster", () => {
    const { violations } = monitorOf(script, restIsNotCopied);
    expect(violations.map(({ property }) => property)).toEqual([
      "guest-reads-last-write",
      "flushed-is-stable",
    ]);
  });
});

describe("a hook above an overlay", () => {
  const script = [
    ...send(...guestOnDisk),
    io("guest", "write", 1, 0xbb),
    ...send(...onOverlay, ...hooked),
    half(CLUSTER),
    ...[0, 1].map((cluster) => io("reader", "read", cluster)),
    ...send(qmp("block-export-del", { id: "reader" }), close("view")),
    ...send(moveGuestTo("top"), close("hook")),
  ];

  test("keeps the point in time of all layers, and leaves them as the guest wrote them", () => {
    const { violations, judged } = monitorOf(script);
    expect(violations).toEqual([]);
    expect(judged.get("view-equals-point-in-time")).toBe(2);
    expect(judged.get("disk-keeps-guest-writes")).toBe(1);
  });

  test("is told of what an overlay lost when the hook is taken out", () => {
    const { violations } = monitorOf(script, restIsNotCopied);
    expect(violations.map(({ property }) => property)).toEqual(["disk-keeps-guest-writes"]);
  });
});

describe("nothing is known", () => {
  const judgedOf = (script: readonly LogBody[]) =>
    monitorOf(script).judged.get("guest-reads-last-write");

  test("of an overlay's own file without what lies behind it", () => {
    const file = qmp("blockdev-add", {
      ...{ driver: "file", "node-name": "own", filename: "top.qcow2", locking: "off" },
    });
    const alone = [...send(...guestOnDisk, ...onOverlay, file, readerOn("own"))];
    expect(judgedOf([...alone, io("reader", "read", 0)])).toBe(0);
  });

  test("of an overlay over a disk that somebody writes", () => {
    const behind = qmp("blockdev-add", overlay("top", "disk"));
    const shared = send(rawNode("disk"), behind, readerOn("top"));
    expect(judgedOf([...shared, io("reader", "read", 0)])).toBe(1);
    const guest = qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive: "disk" });
    const written = [...shared, ...send(guest), io("guest", "write", 0, 0xaa)];
    expect(judgedOf([...written, io("reader", "read", 0)])).toBe(0);
  });
});
