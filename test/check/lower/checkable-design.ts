/**
 * Random designs that a checker can follow: a disk of a few clusters, one or two hooks stacked on
 * it with a cache and a view each, guests and readers, faults and time-outs. Hooks go in and out
 * before and after all that, or meanwhile. Everything is a multiple of half a cluster.
 */
import fc from "fast-check";
import type { QmpCommand } from "../../../src/graph/commands.ts";
import type { JsonObject } from "../../../src/graph/graph.ts";
import type { ProfileName } from "../../../src/graph/profile.ts";
import { type Actor, type FaultSource, type Model, qmp } from "../../../src/system/model.ts";
import type { Operation } from "../../../src/vocabulary.ts";
import { isAdministered } from "../../support/administered.ts";

const CLUSTER = 4096;
const SECTOR = CLUSTER / 2;

const GUEST: readonly Operation[] = [
  "write",
  "write",
  "read",
  "write-zeroes",
  "discard",
  "flush",
  "block-status",
];
const READER: readonly Operation[] = ["read", "read", "discard", "block-status"];

interface Shape {
  /** in sectors */
  readonly length: number;
  /** sectors that a `raw` window leaves out at the front of the disk */
  readonly window: number;
  readonly hooks: readonly { readonly options: JsonObject; readonly readers: number }[];
  readonly profile: ProfileName;
  readonly depth: number;
  readonly unmap: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  length: fc.integer({ min: 2, max: 5 }),
  window: fc.constantFrom(0, 0, 1, 2),
  hooks: fc.array(
    fc.record({
      options: fc.record(
        {
          "on-cbw-error": fc.constantFrom("break-guest-write", "break-snapshot"),
          "cbw-timeout": fc.constantFrom(0, 1),
          discard: fc.constant("unmap"),
        },
        { requiredKeys: [] },
      ),
      readers: fc.integer({ min: 1, max: 2 }),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  profile: fc.constantFrom("qemu-7.2", "qemu-10.0", "proposed"),
  depth: fc.integer({ min: 1, max: 2 }),
  unmap: fc.boolean(),
});

function commandsOf({ hooks, window, unmap, length }: Shape): QmpCommand[] {
  const discard: JsonObject = unmap ? { discard: "unmap" } : {};
  const disk = { driver: "file", filename: "disk.raw", ...discard };
  const base = qmp("blockdev-add", {
    driver: "raw",
    "node-name": "disk",
    file: disk,
    offset: window * SECTOR,
    size: length * SECTOR,
    ...discard,
  });
  const guest = qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive: "disk" });
  const stacked = hooks.flatMap(({ options, readers }, index) => {
    const below = index === 0 ? "disk" : `hook${index - 1}`;
    const cache = { driver: "file", filename: `cache${index}.raw`, ...discard };
    const [hook, view] = [`hook${index}`, `view${index}`];
    return [
      qmp("blockdev-add", { "node-name": `cache${index}`, ...cache }),
      qmp("blockdev-add", {
        driver: "copy-before-write",
        "node-name": hook,
        file: below,
        target: `cache${index}`,
        ...options,
      }),
      qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: hook }),
      qmp("blockdev-add", {
        driver: "snapshot-access",
        "node-name": view,
        file: hook,
        discard: "unmap",
      }),
      ...Array.from({ length: readers }, (_, reader) =>
        qmp("block-export-add", {
          type: "nbd",
          id: `reader${index}${reader}`,
          name: `reader${index}${reader}`,
          "node-name": view,
          writable: true,
        }),
      ),
    ];
  });
  return [base, guest, ...stacked];
}

function stopping({ hooks }: Shape): QmpCommand[] {
  return hooks
    .flatMap(({ readers }, index) => [
      ...Array.from({ length: readers }, (_, reader) => `reader${index}${reader}`).map((id) =>
        qmp("block-export-del", { id }),
      ),
      qmp("blockdev-del", { "node-name": `view${index}` }),
    ])
    .concat(...hooks.map((_, index) => removal(index)).reverse());
}

/** Steps down by one hook: while another one stands above, a hook lets nobody write its disk. */
function removal(index: number): QmpCommand[] {
  const value = index === 0 ? "disk" : `hook${index - 1}`;
  return [
    qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value }),
    qmp("blockdev-del", { "node-name": `hook${index}` }),
  ];
}

const faults: fc.Arbitrary<readonly FaultSource[]> = fc.subarray([
  { image: "disk.raw", operations: ["read", "write"], errno: "EIO", times: 1 },
  { image: "disk.raw", operations: ["flush", "block-status"], errno: "EIO", times: 1 },
  { image: "cache0.raw", operations: ["write", "write-zeroes"], errno: "ENOSPC", times: 2 },
  { image: "cache0.raw", operations: ["read", "block-status"], errno: "EIO", times: 1 },
]);

/** A model whose every state can be followed by hand. */
export const checkableDesign: fc.Arbitrary<Model> = fc
  .record({
    shape,
    faults,
    filled: fc.boolean(),
    guest: fc.subarray([...GUEST], { minLength: 1 }),
    reader: fc.subarray([...READER], { minLength: 1 }),
    longest: fc.integer({ min: 1, max: 4 }),
    meanwhile: fc.constantFrom("nothing", "insertion", "removal", "both"),
  })
  .map(({ shape: given, faults: struck, filled, guest, reader, longest, meanwhile }): Model => {
    const [started, stopped] = [commandsOf(given), stopping(given)];
    const before = meanwhile === "insertion" || meanwhile === "both" ? 2 : started.length;
    const after = meanwhile === "removal" || meanwhile === "both" ? stopped.length : 0;
    const administrator = {
      commands: [...started.slice(before), ...stopped.slice(0, after)],
    };
    const choice = (operations: readonly Operation[], count: number) => ({
      operations,
      count,
      alignment: SECTOR,
      longest: longest * SECTOR,
    });
    const readers = given.hooks.flatMap((hook, index) =>
      Array.from({ length: hook.readers }, (_, number): Actor => {
        const name = `reader${index}${number}`;
        return { name, through: name, requests: choice(reader, 2) };
      }),
    );
    const length = (given.window + given.length) * SECTOR;
    const images = [
      {
        filename: "disk.raw",
        length,
        content: filled ? [{ offset: 0, length: SECTOR, fill: { seed: 1 } }] : [],
      },
      ...given.hooks.map((_, index) => ({
        filename: `cache${index}.raw`,
        length: given.length * SECTOR,
        content: [],
      })),
    ];
    return {
      name: "random",
      title: "a random design",
      idea: "a random design",
      profile: given.profile,
      clusterSize: CLUSTER,
      images,
      phases: [
        { kind: "commands", commands: started.slice(0, before) },
        {
          kind: "concurrent",
          actors: [
            { name: "guest", through: "guest", depth: given.depth, requests: choice(guest, 3) },
            ...readers,
          ],
          faults: struck,
          administrator,
        },
        { kind: "commands", commands: stopped.slice(after) },
        {
          kind: "concurrent",
          actors: [
            {
              name: "guest afterwards",
              through: "guest",
              requests: [{ operation: "read", offset: 0, length: given.length * SECTOR }],
            },
          ],
        },
      ],
      properties: [],
      expected: { verdict: "holds" },
      mutants: [],
    };
  });

/** One in which commands come while nothing is in flight. */
export const uninterruptedDesign: fc.Arbitrary<Model> = checkableDesign.filter(
  (model) => !isAdministered(model),
);
