/**
 * A page for every sketch, of formats too: its charts, what a check of it found, and what its
 * mutants break.
 */
import type { Viz } from "@viz-js/viz";
import { chartPicture } from "../../draw/chart-picture.ts";
import { checkTrace } from "../../player/check-trace.ts";
import {
  cell,
  code,
  column,
  commands,
  heading,
  link,
  numberCell,
  paragraph,
  terms,
} from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import type { SiteInput, SketchEvidence } from "../site-input.ts";
import { chartBlocks } from "./pictures.ts";
import { checkBlocks } from "./verdict.ts";

export function* sketchPages({ viz, sketches }: SiteInput): Generator<PageDocument, void, void> {
  for (const evidence of sketches) {
    yield sketchPage(viz, evidence);
    yield* mutantPages(evidence);
  }
}

function sketchPage(viz: Viz, evidence: SketchEvidence): PageDocument {
  const { sketch, charts, promised, check } = evidence;
  const { name, title, idea } = sketch;
  const again = `npx blockgraph check ${name}`;
  return {
    path: `models/${name}`,
    title: name,
    summary: title,
    trail: [{ title: "Overview", path: "index" }],
    blocks: [
      paragraph(idea),
      heading(2, "The verdict"),
      ...(check === null
        ? [paragraph("No check of it as it is now is known. This makes one:"), commands(again)]
        : checkBlocks(check)),
      heading(2, "Its bounds"),
      terms(
        Object.entries(sketch.parameters).map(
          ([parameter, { description, default: usual, min, max }]) => [
            parameter,
            `${description}: ${usual}, or ${min} to ${max} by --set ${parameter}=N`,
          ],
        ),
      ),
      heading(2, "The charts"),
      ...charts.flatMap((chart) => {
        return chartBlocks(chart, chartPicture(viz, `The chart ${chart.name}`, chart));
      }),
      heading(2, "What must hold"),
      terms(promised.map(({ name, statement }) => [name, statement])),
      ...mutantBlocks(evidence),
      heading(2, "Do it again"),
      commands(again, `npx blockgraph export ${name}`),
    ],
  };
}

function mutantBlocks({ sketch, traces }: SketchEvidence): Block[] {
  return [
    heading(2, "Mutants"),
    {
      kind: "table",
      caption: `Mutants of ${sketch.name}`,
      sortable: true,
      columns: [
        ...[column("mutant"), column("what was broken"), column("must be noticed by")],
        column("steps", "end"),
      ],
      rows: sketch.mutants.map(({ name, statement, caughtBy, steps }) => [
        traces.some(({ mutant }) => mutant === name)
          ? cell(link(name, pathOf(sketch, name)))
          : cell(code(name)),
        cell(statement),
        cell(code(caughtBy)),
        numberCell(steps),
      ]),
    },
  ];
}

function mutantPages({ sketch, traces }: SketchEvidence): PageDocument[] {
  return traces.map(({ mutant, document }): PageDocument => {
    const said = sketch.mutants.find(({ name }) => name === mutant)?.statement ?? "";
    const title = `${sketch.name} with ${mutant}`;
    return {
      path: pathOf(sketch, mutant),
      title,
      summary: said,
      trail: [
        { title: "Overview", path: "index" },
        { title: sketch.name, path: `models/${sketch.name}` },
      ],
      blocks: [
        paragraph(
          `${said[0]?.toUpperCase()}${said.slice(1)}. `,
          code(document.finding.property),
          ": ",
          `${document.finding.message}.`,
        ),
        { kind: "player", traces: [checkTrace({ id: "mutant", title }, document)] },
        commands(`npx blockgraph check ${sketch.name} --mutant ${mutant}`),
      ],
    };
  });
}

function pathOf({ name }: SketchEvidence["sketch"], mutant: string): string {
  return `models/${name}/${mutant}`;
}
