/**
 * Where QEMU's old bugs are found again here, and which are not: what of the reference no property
 * of a model judges.
 */
import { HISTORY, type Place } from "../../../../models/history.ts";
import { cell, code, column, heading, link, paragraph } from "../blocks.ts";
import type { Block, Inline } from "../page-document.ts";

export function historyBlocks(): Block[] {
  const unjudged = HISTORY.filter(({ places }) => !places.some(isJudged));
  return [
    heading(2, "QEMU's history"),
    paragraph(
      `Of ${HISTORY.length} bugs that QEMU had with copies, mirrors and copy-on-read, ` +
        `${HISTORY.length - unjudged.length} are mutants or models that a property catches. ` +
        "Of the others it is said what has them instead, or why they cannot be made here.",
    ),
    {
      kind: "table",
      caption: "What became of the bugs of the reference",
      sortable: true,
      columns: [column("row"), column("what went wrong"), column("where it is found again")],
      rows: HISTORY.map(({ row, what, places }) => [
        cell(row),
        cell(what),
        cell(...places.flatMap((place, index) => [...(index > 0 ? ["; "] : []), ...told(place)])),
      ]),
    },
  ];
}

function isJudged({ kind }: Place): boolean {
  return kind === "mutant" || kind === "model";
}

function told(place: Place): Inline[] {
  switch (place.kind) {
    case "mutant":
      return [code(place.mutant), " of ", link(place.model, `models/${place.model}`)];
    case "model":
      return [link(place.model, `models/${place.model}`)];
    case "test":
      return [code(place.file)];
    case "absent":
      return [place.why];
  }
}
