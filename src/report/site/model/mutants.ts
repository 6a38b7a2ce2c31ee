/**
 * The mutants of a model: one-line changes to its charts, each of which some property must notice.
 * Those that a simulation caught have a page with the log that shows it.
 */
import type { Mutant } from "../../../system/model.ts";
import { logTrace } from "../../player/log-trace.ts";
import { cell, code, column, commands, heading, link, numberCell, paragraph } from "../blocks.ts";
import type { Block, Cell, PageDocument } from "../page-document.ts";
import type { ModelEvidence } from "../site-input.ts";

export function mutantBlocks({ model, verify, caught }: ModelEvidence): Block[] {
  if (model.mutants.length === 0) return [];
  const left = verify?.leftToCheck ?? [];
  return [
    heading(2, "Mutants"),
    paragraph(
      "Each is the design with one line of a chart changed. A property that lets one through " +
        "would let the mistake through as well.",
    ),
    {
      kind: "table",
      caption: `Mutants of ${model.name}`,
      sortable: true,
      columns: [
        ...[column("mutant"), column("what was broken"), column("must be noticed by")],
        ...[column("noticed"), column("with seed", "end")],
      ],
      rows: model.mutants.map(({ name, statement, caughtBy }): Cell[] => {
        const result = verify?.mutants.find((each) => each.name === name);
        const shown = caught.find(({ mutant }) => mutant === name);
        const seed = shown?.seed ?? result?.seed ?? null;
        return [
          shown === undefined ? cell(code(name)) : cell(link(name, pathOf(model.name, name))),
          cell(statement),
          cell(code(caughtBy)),
          noticedCell(seed !== null, result !== undefined, left.includes(name)),
          numberCell(seed),
        ];
      }),
    },
    commands(`npx blockgraph mutants ${model.name}`),
  ];
}

function noticedCell(noticed: boolean, tried: boolean, left: boolean): Cell {
  if (noticed) return cell({ kind: "mark", text: "in a simulation", tone: "good" });
  if (left) return cell({ kind: "mark", text: "left to a check", tone: "quiet" });
  if (tried) return cell({ kind: "mark", text: "not in simulations", tone: "bad" });
  return cell({ kind: "mark", text: "not tried here", tone: "quiet" });
}

/** A page for every mutant that is shown. */
export function mutantPages({ model, caught }: ModelEvidence): PageDocument[] {
  return caught.flatMap(({ mutant: name, seed, log }): PageDocument[] => {
    const mutant = model.mutants.find((each) => each.name === name);
    return mutant === undefined ? [] : [mutantPage(model.name, mutant, seed, log)];
  });
}

function mutantPage(
  model: string,
  { name, statement, caughtBy }: Mutant,
  seed: number,
  log: ModelEvidence["caught"][number]["log"],
): PageDocument {
  const trace = logTrace({ id: "mutant", title: `${model} with ${name}, seed ${seed}` }, log);
  return {
    path: pathOf(model, name),
    title: `${model} with ${name}`,
    summary: `${statement[0]?.toUpperCase()}${statement.slice(1)}.`,
    trail: [
      { title: "Overview", path: "index" },
      { title: model, path: `models/${model}` },
    ],
    blocks: [
      paragraph(
        `${statement[0]?.toUpperCase()}${statement.slice(1)}. `,
        code(caughtBy),
        " notices:",
      ),
      { kind: "player", traces: [trace] },
      commands(`npx blockgraph check ${model} --mutant ${name}`),
    ],
  };
}

function pathOf(model: string, mutant: string): string {
  return `models/${model}/${mutant}`;
}
