/**
 * The first page: every model with what is known of it, and what has changed since the last run.
 */

import type { CheckReceipt } from "../../check/receipt.ts";
import {
  cell,
  code,
  column,
  commands,
  heading,
  link,
  numberCell,
  paragraph,
  secondsText,
  verdictMark,
} from "../blocks.ts";
import { agreementCell } from "../model/agreement.ts";
import { knownVerdict } from "../model/known-verdict.ts";
import type { Block, Cell, PageDocument } from "../page-document.ts";
import { REWIRING, rewiringPath } from "../rewiring/rewiring-links.ts";
import { runSummary, trends } from "../run-summary.ts";
import type { ModelEvidence, SiteInput, SketchEvidence, SurgeryEvidence } from "../site-input.ts";
import { startBlocks } from "./start-blocks.ts";

export function overviewPages(input: SiteInput): PageDocument[] {
  const { models, sketches, surgeries } = input;
  return [
    {
      path: "index",
      title: "Overview",
      summary:
        "Every design that blockgraph checks: its idea, its verdict, and what that rests on.",
      trail: [],
      blocks: [
        paragraph(
          "Designs of block graphs are argued with pictures and one scripted scenario. Here each ",
          "is written once, and then every interleaving is checked, real images are written, and ",
          "a real QEMU is asked to do the same.",
        ),
        ...startBlocks(models),
        heading(2, "Models"),
        paragraph(
          "Each line is a design: a graph of block nodes, who reads and writes, and what must ",
          "hold. A verdict is exact within the bounds beside it. The page of a model has its ",
          "graph, its charts, and a run of it to step through.",
        ),
        modelTable(models),
        ...missingNotice(models),
        heading(2, "Sketches"),
        paragraph("Designs reduced to charts, before there are drivers for them."),
        searchTable("sketches", sketches.map(searchedSketch)),
        heading(2, "Surgeries"),
        paragraph(
          "Every sequence of commands that rewire a graph, with nobody doing I/O; ",
          link("scripts and rules", REWIRING),
          " are there too.",
        ),
        searchTable("surgeries", surgeries.map(searchedSurgery)),
        heading(2, "Since the last run"),
        ...trendBlocks(input),
      ],
    },
  ];
}

/** What is missing, and which commands find it out. */
function missingNotice(models: readonly ModelEvidence[]): Block[] {
  const unchecked = models.filter(({ check }) => check === null).length;
  const unverified = models.filter(({ verify }) => verify === null).length;
  if (unchecked + unverified === 0) return [];
  const text =
    `${unchecked} of ${models.length} models were not checked as they are now, and ` +
    `${unverified} not verified. These commands do it, and the next site has it:`;
  const first = models.find(({ check }) => check === null)?.model.name ?? "fleecing";
  return [
    { kind: "notice", tone: "open", text: [text] },
    commands("npx blockgraph verify", `npx blockgraph check ${first}`),
  ];
}

function modelTable(models: readonly ModelEvidence[]): Block {
  return {
    kind: "table",
    caption: "All models",
    sortable: true,
    columns: [
      ...[column("model"), column("idea"), column("verdict"), column("bounds")],
      ...[column("states", "end"), column("search", "end"), column("mutants", "end")],
      column("QEMU"),
    ],
    rows: models.map(modelRow),
  };
}

function modelRow(evidence: ModelEvidence): Cell[] {
  const { model, overview, verify } = evidence;
  const { name, idea, checked, expected, caught } = overview;
  const verdict = knownVerdict(evidence);
  const mark = verdictMark(verdict);
  const expectation = verdict === "violated" && expected === "violated" ? [" as expected"] : [];
  const surprise = verdict !== null && verdict !== expected ? [` (expected: ${expected})`] : [];
  const mutants = model.mutants.length;
  const left = verify?.leftToCheck.length ?? 0;
  return [
    { text: [link(name, `models/${name}`)], sort: name },
    cell(firstSentence(idea)),
    { text: [mark, ...expectation, ...surprise], sort: verdict ?? "" },
    cell(checked?.bounds ?? "-"),
    numberCell(checked?.states ?? null),
    numberCell(
      checked?.seconds ?? null,
      checked === null ? undefined : secondsText(checked.seconds),
    ),
    mutants === 0
      ? cell("none")
      : numberCell(caught, `${caught ?? 0} of ${mutants - left}${left > 0 ? ` + ${left}` : ""}`),
    agreementCell(evidence),
  ];
}

/** A design without a graph that does I/O: a check of it is all there is. */
interface Searched {
  readonly name: string;
  readonly path: string;
  readonly idea: string;
  readonly check: CheckReceipt | null;
  /** mutants that are shown to be noticed */
  readonly caught: number;
  readonly mutants: number;
}

function searchTable(what: string, searches: readonly Searched[]): Block {
  return {
    kind: "table",
    caption: `All ${what}`,
    sortable: true,
    columns: [
      ...[column("name"), column("idea"), column("verdict"), column("bounds")],
      ...[column("states", "end"), column("search", "end"), column("mutants", "end")],
    ],
    rows: searches.map(({ name, path, idea, check, caught, mutants }) => [
      { text: [link(name, path)], sort: name },
      cell(firstSentence(idea)),
      cell(verdictMark(check?.verdict ?? null)),
      cell(check?.bounds ?? "-"),
      numberCell(check?.states ?? null),
      numberCell(check?.seconds ?? null, secondsText(check?.seconds ?? 0)),
      mutants === 0 ? cell("none") : numberCell(caught, `${caught} of ${mutants}`),
    ]),
  };
}

function searchedSketch({ sketch, check, traces }: SketchEvidence): Searched {
  const { name, idea, mutants } = sketch;
  const path = `models/${name}`;
  return { name, path, idea, check, caught: traces.length, mutants: mutants.length };
}

function searchedSurgery({ surgery, check, broken }: SurgeryEvidence): Searched {
  const { name, idea, mutants } = surgery;
  const caught = broken.filter(({ mutant }) => mutant !== null).length;
  return { name, path: rewiringPath(surgery), idea, check, caught, mutants: mutants.length };
}

function trendBlocks({ models, previous }: SiteInput): Block[] {
  if (previous === null) {
    return [
      paragraph(
        "This is the first site in its folder. The next one made there by ",
        code("blockgraph report"),
        " says here which verdicts, states and times have changed.",
      ),
    ];
  }
  const changed = trends(previous, runSummary(models));
  if (changed.length === 0)
    return [paragraph("Nothing: all verdicts, states and times are as they were.")];
  return [
    {
      kind: "table",
      caption: "What has changed since the last run",
      sortable: true,
      columns: [column("model"), column("what"), column("before"), column("now"), column("note")],
      rows: changed.map(({ model, what, before, now, matters }) => [
        models.some(({ overview }) => overview.name === model)
          ? cell(link(model, `models/${model}`))
          : cell(model),
        cell(what),
        cell(before),
        cell(now),
        matters ? cell({ kind: "mark", text: "look at it", tone: "bad" }) : cell(""),
      ]),
    },
  ];
}

/** The first sentence of a text. */
function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}
