/**
 * The properties of a model in words and in code, and how often each was judged.
 */
import { INVARIANTS, PROPERTIES, REACHABLE } from "../../../../properties/index.ts";
import { cell, code, column, heading, numberCell, verdictMark } from "../blocks.ts";
import type { Block, Cell } from "../page-document.ts";
import type { ModelEvidence, SiteInput } from "../site-input.ts";

export function propertyBlocks(
  { model, verify, check }: ModelEvidence,
  source: SiteInput["source"],
): Block[] {
  const { properties, reachable = [], invariants = [] } = model;
  const stated = [
    ...properties.map((name) => ({ name, kind: "holds always", is: PROPERTIES.get(name) })),
    ...invariants.map((name) => ({ name, kind: "of clusters, always", is: INVARIANTS.get(name) })),
    ...reachable.map((name) => ({ name, kind: "happens sometimes", is: REACHABLE.get(name) })),
  ];
  const files = stated.flatMap(({ name }) => {
    const text = source(`properties/${name}.ts`);
    return text === null ? [] : [{ name, text }];
  });
  return [
    heading(2, "What must hold"),
    {
      kind: "table",
      caption: `Properties of ${model.name}`,
      sortable: false,
      columns: [
        ...[column("property"), column("in words"), column("kind")],
        ...[column("judged in simulations", "end"), column("judged in the check", "end")],
        column("check"),
      ],
      rows: stated.map(({ name, kind, is }): Cell[] => {
        const simulated = verify?.properties.find((each) => each.name === name);
        const checked = check?.properties.find((each) => each.name === name);
        const outcome = checked?.outcome === "never-applies" ? "undecided" : checked?.outcome;
        return [
          cell(code(name)),
          cell(is?.statement ?? "there is no property of that name"),
          cell(kind),
          numberCell(simulated?.judged ?? null),
          numberCell(checked?.judged ?? null),
          cell(verdictMark(outcome ?? null)),
        ];
      }),
    },
    ...files.map(({ name, text }): Block => {
      const blocks: Block[] = [{ kind: "code", language: "typescript", text }];
      return { kind: "details", summary: `${name} in code`, blocks };
    }),
  ];
}
