/**
 * Random designs: a fast-check arbitrary of whole models.
 *
 * A design is a disk (one image, perhaps seen through `raw` windows), one or two hooks stacked on
 * it with a cache and a view each, one or two guests, one or two readers per view, everybody's
 * requests (all operations, unaligned, overlapping, up to 64 in flight), faults on images, and the
 * picks of the schedule. It is a model like those in `models/`, so whatever can be done with a
 * model can be done with it. Shrinking gives fewer requests, fewer nodes, duller schedules.
 */
import fc from "fast-check";
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import type { ProfileName } from "../../src/graph/profile.ts";
import { type Actor, type FaultSource, type Model, qmp } from "../../src/system/model.ts";
import type { RequestSpec } from "../../src/system/request-spec.ts";
import type { Operation } from "../../src/vocabulary.ts";

/** bytes; the smallest that a file system punches holes of */
const CLUSTER = 4096;
const LENGTH_MAX = 5 * CLUSTER;

export interface RandomDesign {
  readonly model: Model;
  readonly picks: readonly number[];
}

interface Shape {
  readonly length: number;
  readonly window: number;
  readonly wrapped: boolean;
  readonly hooks: readonly HookShape[];
  readonly secondGuest: boolean;
  readonly unmap: boolean;
}

interface HookShape {
  readonly options: JsonObject;
  readonly readers: number;
  /** bytes of the view that a `raw` window above it leaves out at the front; 0: no window */
  readonly viewOffset: number;
}

type Draft = Omit<RequestSpec, "through">;

const discard = (unmap: boolean): JsonObject => (unmap ? { discard: "unmap" } : {});

const hookShape: fc.Arbitrary<HookShape> = fc.record({
  options: fc.record(
    {
      "on-cbw-error": fc.constantFrom("break-guest-write", "break-snapshot"),
      "cbw-timeout": fc.constantFrom(0, 1),
      discard: fc.constant("unmap"),
    },
    { requiredKeys: [] },
  ),
  readers: fc.integer({ min: 1, max: 2 }),
  viewOffset: fc.constantFrom(0, 0, 1, 512, CLUSTER),
});

const shape: fc.Arbitrary<Shape> = fc.record({
  length: fc.integer({ min: CLUSTER + 1, max: LENGTH_MAX }),
  window: fc.constantFrom(0, 0, 7, 512, CLUSTER),
  wrapped: fc.boolean(),
  hooks: fc.array(hookShape, { minLength: 1, maxLength: 2 }),
  secondGuest: fc.boolean(),
  unmap: fc.boolean(),
});

const GUEST: readonly Operation[] = [
  "write",
  "write",
  "write",
  "read",
  "write-zeroes",
  "discard",
  "flush",
  "block-status",
];
const READER: readonly Operation[] = ["read", "read", "read", "discard", "block-status", "write"];

/** Requests of an actor, fitted to `length` bytes. */
function requests(
  operations: readonly Operation[],
  length: number,
  maxLength: number,
): fc.Arbitrary<Draft[]> {
  const draft = fc.record({
    operation: fc.constantFrom(...operations),
    offset: fc.nat(length - 1),
    bytes: fc.oneof(fc.integer({ min: 1, max: 3 * CLUSTER }), fc.constant(CLUSTER)),
    byte: fc.integer({ min: 1, max: 255 }),
    aligned: fc.boolean(),
  });
  return fc.array(
    draft.map(({ operation, offset, bytes, byte, aligned }) => {
      if (operation === "flush") return { operation, offset: 0, length: 0 };
      const from = aligned ? offset - (offset % CLUSTER) : offset;
      const request = { operation, offset: from, length: Math.min(bytes, length - from) };
      return operation === "write" ? { ...request, data: { byte } } : request;
    }),
    { maxLength, size: "max" },
  );
}

function actor(
  name: string,
  operations: readonly Operation[],
  length: number,
  maxLength: number,
): fc.Arbitrary<Actor> {
  return fc.record({
    name: fc.constant(name),
    through: fc.constant(name),
    requests: requests(operations, length, maxLength),
    depth: fc.constantFrom(1, 2, 4, 16),
  });
}

function faults(images: readonly string[]): fc.Arbitrary<FaultSource[]> {
  const onCache: fc.Arbitrary<FaultSource> = fc.record({
    image: fc.constantFrom(...images.filter((name) => name !== "disk.raw")),
    operations: fc.constant(["write", "write-zeroes", "read", "discard"] as const),
    errno: fc.constantFrom("ENOSPC" as const, "EIO" as const),
    times: fc.integer({ min: 1, max: 3 }),
  });
  const onDisk: fc.Arbitrary<FaultSource> = fc.record({
    image: fc.constant("disk.raw"),
    operations: fc.constant([
      "read",
      "write",
      "write-zeroes",
      "discard",
      "flush",
      "block-status",
    ] as const),
    errno: fc.constant("EIO" as const),
    times: fc.integer({ min: 1, max: 2 }),
  });
  return fc.array(fc.oneof(onCache, onDisk), { maxLength: 2 });
}

const hookOrDisk = (level: number) => (level === 0 ? "disk" : `hook${level - 1}`);

/** Puts the hooks over each other, and the guests over each before the next one comes. */
function setUp(design: Shape): QmpCommand[] {
  return design.hooks.flatMap((hook, index) => [
    qmp("blockdev-add", {
      driver: "raw",
      "node-name": `cache${index}`,
      ...discard(design.unmap),
      file: { driver: "file", filename: `cache${index}.raw` },
    }),
    qmp("blockdev-add", {
      driver: "copy-before-write",
      "node-name": `hook${index}`,
      file: hookOrDisk(index),
      target: `cache${index}`,
      ...hook.options,
    }),
    ...moveGuests(design, `hook${index}`),
  ]);
}

/** Two guests can only move together: through a node that both use, and that is reopened. */
const throughTop = ({ wrapped, secondGuest }: Shape) => wrapped || secondGuest;

const topNode = (file: string) => ({
  ...{ driver: "raw", "node-name": "top", file, discard: "unmap" },
});

const guestNames = ({ secondGuest }: Shape) => (secondGuest ? ["guest0", "guest1"] : ["guest0"]);

const readerNames = ({ hooks }: Shape) =>
  hooks.flatMap(({ readers }, index) =>
    Array.from({ length: readers }, (_, reader) => `reader${index}${reader}`),
  );

function addDisk({ window, unmap }: Shape): QmpCommand {
  return qmp("blockdev-add", {
    driver: "raw",
    "node-name": "disk",
    ...discard(unmap),
    ...(window > 0 && { offset: window }),
    file: { driver: "file", filename: "disk.raw" },
  });
}

function addViews({ hooks, unmap }: Shape): QmpCommand[] {
  return hooks.flatMap(({ readers, viewOffset }, index) => {
    const view = `view${index}`;
    const commands = [
      qmp("blockdev-add", {
        driver: "snapshot-access",
        "node-name": view,
        file: `hook${index}`,
        ...discard(unmap),
      }),
    ];
    const shown = viewOffset > 0 ? `window${index}` : view;
    if (viewOffset > 0) {
      commands.push(
        qmp("blockdev-add", {
          driver: "raw",
          "node-name": shown,
          offset: viewOffset,
          file: view,
          discard: "unmap",
        }),
      );
    }
    for (let reader = 0; reader < readers; reader++) {
      const id = `reader${index}${reader}`;
      commands.push(
        qmp("block-export-add", { type: "nbd", id, name: id, "node-name": shown, writable: true }),
      );
    }
    return commands;
  });
}

function moveGuests(design: Shape, node: string): QmpCommand[] {
  if (throughTop(design)) return [qmp("blockdev-reopen", { options: [topNode(node)] })];
  return guestNames(design).map((id) =>
    qmp("qom-set", { path: `/machine/peripheral/${id}`, property: "drive", value: node }),
  );
}

function takeDown(design: Shape): QmpCommand[] {
  const { hooks } = design;
  const indices = hooks.map((_, index) => index).reverse();
  return [
    ...readerNames(design).map((id) => qmp("block-export-del", { id })),
    ...indices.flatMap((index) => [
      ...((hooks[index]?.viewOffset ?? 0) > 0
        ? [qmp("blockdev-del", { "node-name": `window${index}` })]
        : []),
      qmp("blockdev-del", { "node-name": `view${index}` }),
    ]),
    ...indices.flatMap((index) => [
      ...moveGuests(design, hookOrDisk(index)),
      qmp("blockdev-del", { "node-name": `hook${index}` }),
      qmp("blockdev-del", { "node-name": `cache${index}` }),
    ]),
  ];
}

/** @param profile under which the design is judged */
export function randomDesign(profile: ProfileName): fc.Arbitrary<RandomDesign> {
  return shape.chain((design) => {
    const inner = design.length;
    const images = ["disk.raw", ...design.hooks.map((_, index) => `cache${index}.raw`)];
    const guests = guestNames(design).map((name) => actor(name, GUEST, inner, 32));
    const readers = design.hooks.flatMap(({ readers: count, viewOffset }, index) =>
      Array.from({ length: count }, (_, reader) =>
        actor(`reader${index}${reader}`, READER, inner - viewOffset, 16),
      ),
    );
    return fc
      .record({
        seed: fc.nat(0xffff),
        before: actor("guest0", GUEST, inner, 4),
        actors: fc.tuple(...guests, ...readers),
        faults: faults(images),
        after: actor("guest0", ["read"], inner, 2),
        picks: fc.array(fc.nat(1023), { maxLength: 600, size: "max" }),
      })
      .map(({ seed, before, actors, faults: planned, after, picks }) => ({
        picks,
        model: model(profile, design, seed, [
          { kind: "concurrent", actors: [before] },
          { kind: "commands", commands: attach(design) },
          { kind: "concurrent", actors, faults: planned },
          { kind: "commands", commands: takeDown(design) },
          { kind: "concurrent", actors: [after] },
        ]),
      }));
  });
}

function attach(design: Shape): QmpCommand[] {
  return [...setUp(design), ...addViews(design)];
}

function model(profile: ProfileName, design: Shape, seed: number, phases: Model["phases"]): Model {
  const { length, window, hooks } = design;
  const devices = guestNames(design).map((id) =>
    qmp("device_add", {
      ...{ driver: "virtio-blk-pci", id, drive: throughTop(design) ? "top" : "disk" },
      "share-rw": true,
    }),
  );
  const top = throughTop(design) ? [qmp("blockdev-add", topNode("disk"))] : [];
  return {
    name: "random-design",
    title: "A design that fast-check made up",
    idea: "Whatever is built within the bounds, the properties hold.",
    profile,
    clusterSize: CLUSTER,
    images: [
      {
        filename: "disk.raw",
        length: length + window,
        content: [{ offset: 0, length: Math.ceil(length / 2), fill: { seed } }],
      },
      ...hooks.map((_, index) => ({ filename: `cache${index}.raw`, length, content: [] })),
    ],
    phases: [{ kind: "commands", commands: [addDisk(design), ...top, ...devices] }, ...phases],
    properties: [],
    expected: { verdict: "holds" },
    mutants: [],
  };
}
