/**
 * A page for every surgery: what its commands start from, what must hold, what a check of all
 * sequences found, and commands to step through: those that break it, or some that do not.
 */
import type { Viz } from "@viz-js/viz";
import { GRAPH_PROPERTIES } from "../../../../properties/graph/index.ts";
import type { QmpCommand } from "../../../graph/commands.ts";
import type { Profile } from "../../../graph/profile.ts";
import type { Rewiring } from "../../../system/rewiring.ts";
import type { Surgery } from "../../../system/surgery.ts";
import { rewired } from "../../rewiring/rewired.ts";
import { rewiringTrace } from "../../rewiring/rewiring-trace.ts";
import { surgerySample } from "../../rewiring/surgery-sample.ts";
import { cell, code, column, commands, heading, link, paragraph, terms } from "../blocks.ts";
import { checkBlocks } from "../model/verdict.ts";
import type { Block, PageDocument } from "../page-document.ts";
import type { SiteInput, SurgeryEvidence } from "../site-input.ts";
import { BELOW_REWIRING, rewiringPath } from "./rewiring-links.ts";

export function* surgeryPages({
  viz,
  surgeries,
}: Pick<SiteInput, "viz" | "surgeries">): Generator<PageDocument, void, void> {
  for (const evidence of surgeries) {
    yield surgeryPage(viz, evidence);
    yield* mutantPages(viz, evidence);
  }
}

function surgeryPage(viz: Viz, evidence: SurgeryEvidence): PageDocument {
  const { surgery, check, broken } = evidence;
  const { name, title, idea, profile, depth, names, setup, properties } = surgery;
  const again = `npx blockgraph check ${name}`;
  const breaking = broken.find(({ mutant }) => mutant === null);
  return {
    path: rewiringPath(surgery),
    title: name,
    summary: title,
    trail: BELOW_REWIRING,
    blocks: [
      paragraph(idea),
      heading(2, "The verdict"),
      ...(check === null
        ? [paragraph("It was not checked. This does it:"), commands(again)]
        : checkBlocks(check)),
      heading(2, "Its bounds"),
      terms([
        ["rules", code(profile)],
        ["at the beginning", setup.length === 0 ? "no node" : `${setup.length} commands were sent`],
        ["depth", `${depth} commands, or 1 to 8 by --set depth=N`],
        ["new nodes", `${names.length} at once`],
      ]),
      heading(2, "What must hold"),
      terms(properties.map((each) => [each, GRAPH_PROPERTIES.get(each)?.statement ?? ""])),
      ...(breaking === undefined
        ? [
            heading(2, "Some commands"),
            paragraph("Picked by chance; of refused ones in a row, one is shown."),
            player(viz, surgery, surgerySample(surgery)),
          ]
        : [
            heading(2, "What breaks it"),
            paragraph("No shorter sequence of commands does."),
            player(viz, surgery, breaking.commands),
          ]),
      ...mutantBlocks(evidence),
      heading(2, "Do it again"),
      commands(again),
    ],
  };
}

function player(
  viz: Viz,
  { name, title, idea, profile, setup }: Surgery,
  sent: readonly QmpCommand[],
  rows: Partial<Profile> = {},
): Block {
  const script: Rewiring = { name, title, idea, profile, setup, commands: sent, models: [] };
  return { kind: "player", traces: [rewiringTrace(viz, rewired(script, rows), [])] };
}

function mutantBlocks({ surgery, broken }: SurgeryEvidence): Block[] {
  if (surgery.mutants.length === 0) return [];
  return [
    heading(2, "Mutants"),
    {
      kind: "table",
      caption: `Mutants of ${surgery.name}`,
      sortable: false,
      columns: [column("mutant"), column("what was broken"), column("must be noticed by")],
      rows: surgery.mutants.map(({ name, statement, caughtBy }) => [
        broken.some(({ mutant }) => mutant === name)
          ? cell(link(name, pathOf(surgery, name)))
          : cell(code(name)),
        cell(statement),
        cell(code(caughtBy)),
      ]),
    },
  ];
}

function mutantPages(viz: Viz, { surgery, broken }: SurgeryEvidence): PageDocument[] {
  return surgery.mutants.flatMap(({ name, statement, rows, caughtBy }): PageDocument[] => {
    const breaking = broken.find(({ mutant }) => mutant === name);
    if (breaking === undefined) return [];
    return [
      {
        path: pathOf(surgery, name),
        title: `${surgery.name} with ${name}`,
        summary: statement,
        trail: [...BELOW_REWIRING, { title: surgery.name, path: rewiringPath(surgery) }],
        blocks: [
          paragraph(
            `${statement[0]?.toUpperCase()}${statement.slice(1)}. It must be noticed by `,
            code(caughtBy),
            ".",
          ),
          player(viz, surgery, breaking.commands, rows),
          commands(`npx blockgraph check ${surgery.name} --mutant ${name}`),
        ],
      },
    ];
  });
}

function pathOf(surgery: Surgery, mutant: string): string {
  return `${rewiringPath(surgery)}/${mutant}`;
}
