/**
 * Random layers that a checker can follow: a disk, one or two overlays that are put on it, perhaps
 * a hook above them, and what guest and reader do there. Everything is a multiple of half a
 * cluster, and the disk may end within one.
 */
import fc from "fast-check";
import { guestOnDisk, rawNode } from "../../../models/graph.ts";
import {
  close,
  moveGuestTo,
  overlay,
  readerLeaves,
  readerOn,
  viewOfHook,
} from "../../../models/thread/parts.ts";
import type { QmpCommand } from "../../../src/graph/commands.ts";
import { type Actor, type FaultSource, type Model, qmp } from "../../../src/system/model.ts";
import type { Operation } from "../../../src/vocabulary.ts";

const CLUSTER = 65536;
const SECTOR = CLUSTER / 2;

const BEFORE: readonly Operation[] = ["write", "flush", "read"];
const GUEST: readonly Operation[] = [...BEFORE, "write-zeroes", "discard", "block-status"];
const READER: readonly Operation[] = ["read", "block-status"];

const faults: fc.Arbitrary<readonly FaultSource[]> = fc.subarray([
  { image: "disk.raw", operations: ["read", "block-status"], errno: "EIO", times: 1 },
  { image: "top.qcow2", operations: ["write", "write-zeroes"], errno: "ENOSPC", times: 1 },
  { image: "top.qcow2", operations: ["read", "flush"], errno: "EIO", times: 1 },
]);

/** An overlay goes onto a node, under all who use that. */
function snapshot(node: string, name: string, discard: boolean): QmpCommand[] {
  const options = { ...overlay(name, null), ...(discard && { discard: "unmap" }) };
  return [qmp("blockdev-add", options), qmp("blockdev-snapshot", { node, overlay: name })];
}

const hookOver = (file: string): QmpCommand[] => [
  rawNode("cache"),
  qmp("blockdev-add", {
    ...{ driver: "copy-before-write", "node-name": "hook", file, target: "cache" },
  }),
  moveGuestTo("hook"),
  viewOfHook,
  readerOn("view"),
];

/** A model of layers whose every state can be followed by hand. */
export const layeredDesign: fc.Arbitrary<Model> = fc
  .record({
    profile: fc.constantFrom("qemu-10.0", "proposed"),
    both: fc.boolean(),
    hooked: fc.boolean(),
    discard: fc.boolean(),
    sectors: fc.integer({ min: 2, max: 5 }),
    filled: fc.integer({ min: 0, max: 5 }),
    struck: faults,
    guest: fc.subarray([...GUEST], { minLength: 1 }),
    reader: fc.subarray([...READER], { minLength: 1 }),
    depth: fc.integer({ min: 1, max: 2 }),
    longest: fc.integer({ min: 1, max: 4 }),
  })
  .map((design): Model => {
    const { profile, both, hooked, discard, sectors, filled, struck } = design;
    const { guest, reader, depth, longest } = design;
    const length = sectors * SECTOR;
    const content = [{ offset: 0, length: Math.min(filled, sectors) * SECTOR, fill: { seed: 1 } }];
    const actor = (name: string, operations: readonly Operation[], inFlight = 1): Actor => ({
      ...{ name, through: name, depth: inFlight },
      requests: { operations, count: 3, alignment: SECTOR, longest: longest * SECTOR },
    });
    const before = { ...actor("guest", BEFORE), name: "guest before" };
    const lower = both ? [...snapshot("disk", "lower", discard)] : [];
    const top = [...snapshot(both ? "lower" : "disk", "top", discard)];
    const [begin, end] = hooked
      ? [hookOver("top"), [readerLeaves, close("view"), moveGuestTo("top"), close("hook")]]
      : [[readerOn("disk")], [readerLeaves]];
    const images = [...(both ? ["lower.qcow2"] : []), "top.qcow2", "cache.raw"];
    return {
      name: "random-layers",
      title: "random layers",
      idea: "random layers",
      profile,
      clusterSize: CLUSTER,
      images: [
        { filename: "disk.raw", length, content: filled === 0 ? [] : content },
        ...images.map((filename) => ({ filename, length, content: [] })),
      ],
      phases: [
        { kind: "commands", commands: [...guestOnDisk, ...lower] },
        { kind: "concurrent", actors: [before] },
        { kind: "commands", commands: [...top, ...begin] },
        {
          kind: "concurrent",
          actors: [actor("guest", guest, depth), actor("reader", reader)],
          faults: struck,
        },
        { kind: "commands", commands: end },
        { kind: "concurrent", actors: [{ ...actor("guest", ["read"]), name: "guest afterwards" }] },
      ],
      properties: [],
      expected: { verdict: "holds" },
      mutants: [],
    };
  });
