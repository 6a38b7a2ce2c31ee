/**
 * Pages with every kind of block on them, one page for each kind that a reader meets.
 */
import type { Block, PageDocument, Plot } from "../../src/report/site/page-document.ts";
import type { Picture, PictureBox, PictureLine } from "../../src/report/site/picture.ts";
import { TONES } from "../../src/report/site/picture.ts";
import { longTrace, raceTrace } from "./trace-fixtures.ts";

/** What must stay text wherever it stands. */
export const MARKUP = '<img src=x onerror="document.title=`broken`"></script><b>bold</b>';

export function pageOf(path: string, title: string, blocks: readonly Block[]): PageDocument {
  const summary = `What the tests of the browser side see of this: ${title}.`;
  const trail = path === "index" ? [] : [{ title: "Overview", path: "index" }];
  return { path, title, summary, trail, blocks };
}

function box(id: string, x: number, y: number, part: Partial<PictureBox> = {}): PictureBox {
  const lines = [id];
  const size = { width: 130, height: 44 };
  return { id, x, y, ...size, lines, shape: "square", tone: "plain", hint: [], ...part };
}

function line(from: PictureBox, to: PictureBox, text: string): PictureLine {
  const [x1, y1] = [from.x + from.width / 2, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2, to.y];
  const bend = (y1 + y2) / 2;
  return {
    from: from.id,
    to: to.id,
    path: `M${x1},${y1}C${x1},${bend} ${x2},${bend} ${x2},${y2 - 9}`,
    arrow: { tip: { x: x2, y: y2 }, base: { x: x2, y: y2 - 9 } },
    label: { text, at: { x: (x1 + x2) / 2, y: bend } },
    tone: "plain",
    dashed: text === "backing",
    hint: [`${text}: write, resize`, "shared: consistent-read (copy-before-write)"],
  };
}

/** A block graph as of image fleecing. */
function graphPicture(): Picture {
  const hint = ["virtio-blk-pci", "permissions: write, consistent-read"];
  const guest = box("guest", 40, 20, { shape: "rounded", tone: "guest", hint });
  const reader = box("reader0", 260, 20, { shape: "rounded", tone: "reader" });
  const view = box("view", 260, 120, { lines: ["view", "snapshot-access"] });
  const hook = box("hook", 150, 220, { lines: ["hook", "copy-before-write"], tone: "good" });
  const disk = box("disk", 40, 330, { lines: ["disk.raw", "raw"], tone: "quiet" });
  const cache = box("cache", 260, 330, { lines: ["cache.raw", "raw"], tone: "job" });
  const region = box("region", 20, 300, {
    width: 400,
    height: 90,
    shape: "region",
    lines: ["images"],
    tone: "quiet",
  });
  return {
    title: "Image fleecing: a guest above a hook, a reader above its view",
    width: 440,
    height: 400,
    boxes: [region, guest, reader, view, hook, disk, cache],
    lines: [
      line(guest, hook, "root"),
      line(reader, view, "root"),
      line(view, hook, "file"),
      line(hook, disk, "file"),
      line(hook, cache, "backing"),
    ],
  };
}

function plot(kind: Plot["kind"]): Plot {
  const names = ["hook to cache", "backup", "overlay", "combined"];
  return {
    title: kind === "line" ? "States by bound" : "Cost of a guest's write against space",
    across: kind === "line" ? "clusters" : "ms a write",
    up: kind === "line" ? "states" : "KiB of space",
    kind,
    logarithmic: kind === "line",
    series: names.map((name, series) => ({
      name,
      points: Array.from({ length: kind === "line" ? 6 : 3 }, (_, at) => ({
        x: at + 1 + (kind === "line" ? 0 : series * 0.4),
        y: kind === "line" ? (series + 2) ** (at + 1) : 400 / (at + 1) + series * 30,
        label: `${name} ${at + 1}`,
      })),
    })),
  };
}

const TEXT_BLOCKS: readonly Block[] = [
  { kind: "heading", level: 2, text: "What is claimed", anchor: "claimed" },
  {
    kind: "paragraph",
    text: [
      "A guest writes through a ",
      { kind: "code", text: "copy-before-write" },
      " hook that saves old data to a cache, and ",
      { kind: "strong", text: "two readers" },
      " see the disk as it was: ",
      { kind: "mark", text: "holds", tone: "good" },
      ". See ",
      { kind: "link", text: "the model", to: "models/fleecing#fleecing/3" },
      ".",
    ],
  },
  {
    kind: "list",
    ordered: false,
    items: TONES.map((tone) => ["a mark that is ", { kind: "mark" as const, text: tone, tone }]),
  },
  { kind: "heading", level: 2, text: "Bounds", anchor: "bounds" },
  {
    kind: "terms",
    rows: [
      { term: [{ kind: "code", text: "clusters" }], text: ["2 of 64 KiB, each of two sectors"] },
      { term: ["readers"], text: ["2, each reads everything once"] },
      { term: [MARKUP], text: [MARKUP] },
    ],
  },
  { kind: "heading", level: 3, text: "As a command", anchor: "command" },
  {
    kind: "code",
    language: "shell",
    text: '# every design\nblockgraph check fleecing --bounds 2,2,2,2 --json "receipt.json"\n',
  },
  { kind: "code", language: "json", text: JSON.stringify({ execute: "blockdev-add" }, null, 2) },
  { kind: "quotation", text: ["The hook is a filter above the disk."], source: "the RFC" },
  ...(["plain", "good", "bad", "open"] as const).map((tone) => ({
    kind: "notice" as const,
    tone,
    text: [`A notice that is ${tone}: ${MARKUP}`],
  })),
  { kind: "heading", level: 2, text: "More", anchor: "more" },
  {
    kind: "details",
    summary: "The chart in code",
    blocks: [{ kind: "code", language: "typescript", text: "const a = 1; // one" }],
  },
];

const TABLE: Block = {
  kind: "table",
  caption: "Every model",
  sortable: true,
  columns: [
    { title: "Model", align: "start" },
    { title: "Verdict", align: "start" },
    { title: "Idea", align: "start" },
    { title: "States", align: "end" },
    { title: "Seconds", align: "end" },
    { title: "Mutants caught", align: "end" },
  ],
  rows: [
    "fleecing",
    "overlap",
    "pieces",
    "rfc-hook-race",
    "break-snapshot",
    "read-once",
    "cow",
  ].map((name, place) => [
    { text: [{ kind: "link", text: name, to: `models/${name}` }] },
    {
      text: [
        name === "rfc-hook-race"
          ? { kind: "mark", text: "violated, as expected", tone: "bad" }
          : { kind: "mark", text: "holds", tone: "good" },
      ],
    },
    { text: [`What becomes of a disk when ${name} is what guards it`] },
    { text: [String(10 ** place)], sort: 10 ** place },
    { text: [(place * 0.7).toFixed(1)], sort: place * 0.7 },
    { text: [`${place} of ${place}`], sort: place },
  ]),
};

/** A page for each kind of page, by its path. */
export function fixturePages(): PageDocument[] {
  const race = raceTrace();
  const other = { ...raceTrace("repaired"), title: "The same, repaired" };
  return [
    pageOf("index", "Overview", [
      { kind: "paragraph", text: ["Every model, its verdict and what it cost."] },
      TABLE,
      { kind: "plot", plot: plot("line"), caption: "How the state space grows" },
      { kind: "plot", plot: plot("points"), caption: "Nobody is best at both" },
    ]),
    pageOf("text", "Blocks of text", TEXT_BLOCKS),
    pageOf("models/picture", "A picture", [
      { kind: "picture", picture: graphPicture(), caption: "Point at an edge for its masks." },
    ]),
    pageOf("models/fleecing", "Image fleecing with a copy-before-write hook", [
      { kind: "player", traces: [race] },
    ]),
    pageOf("models/two", "Faithful and repaired", [
      {
        kind: "player",
        traces: [race, { ...other, steps: other.steps.slice(0, 7), loop: null }],
      },
    ]),
    pageOf("models/long", "Ten thousand steps", [{ kind: "player", traces: [longTrace(10_000)] }]),
    pageOf("models/try", "Try it", [
      { kind: "try-it", script: "try-it.js", model: "fleecing", bounds: "at 2, 2, 2, 2" },
    ]),
  ];
}
