/**
 * The page of designs compared: what each costs a guest, in time and in space, and which wins
 * where.
 */

import { heading, link, numberCell } from "../blocks.ts";
import type { Block, PageDocument, Plot } from "../page-document.ts";
import { bullets, cell, leftColumn, paragraph, rightColumn } from "../writing.ts";
import {
  COMPARED_DESIGNS,
  type Figures,
  MEASURED,
  MEDIA,
  type MeasuredWorkload,
} from "./measured.ts";

/** The figures that are drawn against the guest's latency. */
const DRAWN = [
  { title: "extra data written", of: ({ extra }: Figures) => extra },
  { title: "memory and disk in use, at most", of: ({ memory, disk }: Figures) => memory + disk },
] as const;

export function designsPage(): PageDocument {
  return {
    path: "designs",
    title: "Designs compared",
    summary: "What each design costs a guest, in time and in space, and which one wins where.",
    trail: [{ title: "Overview", path: "index" }],
    blocks: [
      paragraph(
        "The first answer to the proposal doubted that it is of much use. Here are numbers: " +
          "every design under the same guest and the same backup, in simulated time. The charts " +
          "that run are the ones that are checked, and a design whose backup is not the disk as " +
          "it was is an error, not a row.",
      ),
      ...costBlocks(),
      ...designBlocks(),
      ...MEASURED.flatMap(workloadBlocks),
      heading(2, "What wins where"),
      bullets(WINS),
      paragraph(
        "To measure again: `npm run build && node dist/bench/designs/run.js`. No clock is " +
          "read, so it is the same on every machine.",
      ),
    ],
  };
}

function costBlocks(): Block[] {
  return [
    heading(2, "What things cost"),
    paragraph(
      "The disk has 256 MiB in clusters of 64 KiB, 7 of 10 with data, and 16 clusters are " +
        "copied at once. A medium serves so many requests at once; each takes its latency and " +
        "its share of the bandwidth. Charts take no time. The table compares designs; it " +
        "predicts no machine.",
    ),
    {
      kind: "table",
      caption: "Assumed costs",
      columns: [leftColumn("medium"), ...["latency, us", "MB/s", "at once"].map(rightColumn)],
      rows: MEDIA.map(({ media, latency, bandwidth, channels }) => [
        cell(media.join(", ")),
        ...[latency, bandwidth / 1e6, channels].map((value) => numberCell(value)),
      ]),
      sortable: false,
    },
  ];
}

function designBlocks(): Block[] {
  return [
    heading(2, "The designs"),
    {
      kind: "terms",
      rows: COMPARED_DESIGNS.map(({ name, idea, model }) => ({
        term: [name],
        text: model === null ? [idea] : [`${idea} (`, link(model, `models/${model}`), ")"],
      })),
    },
    paragraph(
      "A stall is a request that takes longer than 10 ms. Extra written is what was written to " +
        "disks besides the guest's own data and the backup.",
    ),
  ];
}

function workloadBlocks(workload: MeasuredWorkload): Block[] {
  const { title, told, figures } = workload;
  return [
    heading(2, title),
    paragraph(told),
    {
      kind: "table",
      caption: title,
      columns: [
        leftColumn("design"),
        ...["write p50, ms", "p99, ms", "max, ms", "stalls"].map(rightColumn),
        ...["extra, MiB", "memory, MiB", "disk, MiB", "done, s"].map(rightColumn),
      ],
      rows: figures.map(({ design, latencies, stalls, extra, memory, disk, done }) => [
        cell(design),
        ...latencies.map((value) => numberCell(value)),
        ...[stalls, extra, memory, disk].map((value) => numberCell(value)),
        done === null ? { text: ["-"], sort: 0 } : numberCell(done),
      ]),
      sortable: true,
    },
    ...DRAWN.map((drawn): Block => {
      const plot = paretoPlot(workload, drawn);
      return {
        kind: "plot",
        plot,
        caption: `${title}: no design beats those on the front in both; less is better.`,
      };
    }),
  ];
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

function paretoPlot({ title, figures }: MeasuredWorkload, drawn: (typeof DRAWN)[number]): Plot {
  const points = figures
    .filter(({ done }) => done !== null)
    .map((each) => ({ x: drawn.of(each), y: each.latencies[1], label: each.design }));
  const best = front(points);
  return {
    title: `${title}: latency against ${drawn.title}`,
    across: `${drawn.title}, MiB`,
    up: "guest write latency, p99, ms",
    kind: "points",
    logarithmic: true,
    series: [
      { name: "on the front", points: best },
      { name: "beaten in both", points: points.filter((point) => !best.includes(point)) },
    ],
  };
}

/** The points that no other is at least as good as in both, and better in one; less is better. */
export function front(points: readonly Point[]): Point[] {
  const beats = (one: Point, other: Point) =>
    one.x <= other.x && one.y <= other.y && (one.x < other.x || one.y < other.y);
  return points
    .filter((point) => !points.some((other) => beats(other, point)))
    .sort((one, other) => one.x - other.x || other.y - one.y);
}

const WINS: readonly string[] = [
  "Saving to the slow target (backup-full) costs no space, and the guest pays for it: a " +
    "hundred times its own latency for the writes that come first, and everything where it " +
    "writes everywhere.",
  "Flushing what was saved (combined-target), so that it survives a power failure together " +
    "with the guest's write, costs a quarter more at a slow target. A mirror that keeps up " +
    "with the guest has it wait for the target with every write.",
  "A fast overlay over the target with a live commit (overlay-live-commit) takes the " +
    "target out of the guest's way altogether: 3 to 4 ms at the 99th percentile, whatever " +
    "the guest does. It writes all data once more, and needs room for all of it. QEMU has " +
    "the jobs, and refuses to commit what a backup writes.",
  "A cache on a disk (pull, push-view) ends the stalls for what it writes: every changed " +
    "cluster once more. Discarding what was copied saves a third of that or more, and two " +
    "thirds of the space.",
  "Memory alone is not the point; order is. Forty clusters of memory, copied in the order " +
    "of the disk, stall the guest for seconds. The same forty, copied first, are enough for " +
    "a guest that writes at few places: no stalls, nothing written twice, 1.1 MiB used. That " +
    "is the thread's first recommendation, and the largest effect on this page.",
  "Both tiers, memory first, win where the guest writes everywhere: no stalls, and a tenth " +
    "of what a cache on a disk writes. Late or early for the disk tier hardly matters while " +
    "memory comes first.",
  "An overlay makes the guest wait no longer than a cache on a disk does, but what it " +
    "holds must be merged: three times the extra data of that, and more.",
];
