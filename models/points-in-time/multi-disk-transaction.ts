/**
 * One point in time over two disks of a guest, taken while the guest writes to both.
 *
 *     guest on left     reader          guest on right     reader
 *           |              |                  |              |
 *           v              v                  v              v
 *       left hook <--- left view         right hook <--- right view
 *        |     \                          |     \
 *   file |      \ target             file |      \ target
 *        v       v                        v       v
 *      left    left cache               right   right cache
 *
 * A database may keep its log on one disk and its tables on the other; a backup of both is worth
 * something only if both are of one instant. A command that drains one disk lets the guest write to
 * the other one, so two insertions one after the other give two instants. One transaction drains
 * everything there is, puts both hooks in, asks for permission once, and goes on: no request of the
 * guest is under way anywhere when either point in time is taken, so it is one.
 *
 * What must hold: each view shows its disk as it was in that section, although the guest was
 * writing right up to it, and has gone on since; and the two points are one: the guest may rely on
 * it that a write which it began after another one had ended is in no backup without that other. It
 * holds. Two transactions, one after the other, keep every promise about either disk, and break
 * this one: the guest writes to the left disk after its point in time, then to the right disk
 * before the point of that, and the backup has its tables without its log.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Model, qmp } from "../../src/system/model.ts";
import { rawNode } from "../graph.ts";
import { doesNotDrain } from "../insertion/meanwhile.ts";
import { copyIsNotSaved, guestDoesNotDrain, viewDoesNotFreeze } from "../mutations.ts";
import { asks, CLUSTER, hook, several, shownTo, view } from "./parts.ts";

const SIDES = ["left", "right"] as const;

const guestOnBoth = SIDES.flatMap((side) => [
  rawNode(side),
  qmp("device_add", { driver: "virtio-blk-pci", id: `guest-${side}`, drive: side }),
  rawNode(`${side}-cache`),
]);

const added = (data: JsonObject) => ({ type: "blockdev-add", data });
/** The hooks of some disks go in at one instant. */
const hooksOver = (...sides: readonly string[]) =>
  qmp("transaction", {
    actions: sides.flatMap((side) => [
      added(hook(`${side}-hook`, side, `${side}-cache`)),
      {
        type: "blockdev-replace",
        data: { parent: `guest-${side}`, "new-child": `${side}-hook` },
      },
      added(view(`${side}-view`, `${side}-hook`)),
    ]),
  });

const shown = (side: string) => shownTo(side, `${side}-view`);

const common = {
  ...several,
  profile: "proposed",
  // A write before the point in time, and one after it.
  bounds: { ...several.bounds, requests: 2 },
  images: SIDES.flatMap((side) => [
    {
      filename: `${side}.raw`,
      length: CLUSTER,
      content: [{ offset: 0, length: CLUSTER, fill: { seed: 1 } }],
    },
    { filename: `${side}-cache.raw`, length: CLUSTER, content: [] },
  ]),
  properties: ["view-equals-point-in-time", "view-is-served", "points-are-one"],
} as const satisfies Partial<Model>;

/** @param commands that the administrator sends while the guest writes to both */
const inserting = (commands: readonly QmpCommand[]): Model["phases"] => [
  { kind: "commands", commands: guestOnBoth },
  {
    kind: "concurrent",
    actors: SIDES.flatMap((side) => [asks(`guest-${side}`, "write"), asks(side, "read")]),
    administrator: { commands },
  },
];

export const multiDiskTransaction: Model = {
  ...common,
  name: "multi-disk-transaction",
  title: "Hooks over two disks go in by one transaction while the guest writes to both",
  idea:
    "A guest's disks belong together. One transaction drains both, puts both hooks in and asks " +
    "for permission once, so that both views are of one instant.",
  phases: inserting([hooksOver(...SIDES), ...SIDES.map(shown)]),
  mutants: [
    doesNotDrain,
    {
      name: "guest-does-not-wait-for-readers",
      statement: "a write does not wait for reads of the view that still use the disk",
      mutation: guestDoesNotDrain,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "copy-is-not-saved",
      statement: "a cluster counts as copied before its data is in the cache",
      mutation: copyIsNotSaved,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "view-does-not-freeze",
      statement: "readers use the disk without making writes wait (H05)",
      mutation: viewDoesNotFreeze,
      caughtBy: "view-equals-point-in-time",
    },
  ],
};

export const multiDiskApart: Model = {
  ...common,
  name: "multi-disk-apart",
  title: "Hooks over two disks go in by two transactions while the guest writes to both",
  idea:
    "The same, one disk after the other. A write to the left disk after its point in time, and " +
    "then one to the right disk before the point of that: the backup has the second, and not " +
    "the first.",
  phases: inserting(SIDES.flatMap((side) => [hooksOver(side), shown(side)])),
  expected: { verdict: "violated" },
  mutants: [],
};
