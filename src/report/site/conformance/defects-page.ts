/**
 * The page of QEMU's defects: each told in a sentence or two, with a script that shows it.
 */

import { anchorOf, code, heading, link } from "../blocks.ts";
import type { Block, Inline, PageDocument } from "../page-document.ts";
import { rewiringLinks } from "../rewiring/rewiring-links.ts";
import { cell, codes, leftColumn, listed, mark, paragraph, prose } from "../writing.ts";
import { DEFECTS_PATH, type Defect, defectLink } from "./defect.ts";
import { DEFECT_GROUPS, DEFECTS } from "./defects/all.ts";
import { scriptText, shownText } from "./script-text.ts";

export function defectsPage(): PageDocument {
  return {
    path: DEFECTS_PATH,
    title: "Defects of QEMU",
    summary:
      "What QEMU does that it should not, found by models, random designs and random commands, " +
      "each with a script that shows it.",
    trail: [
      { title: "Overview", path: "index" },
      { title: "Conformance", path: "conformance" },
    ],
    blocks: [...introduction(), contents(), ...DEFECT_GROUPS.flatMap(groupBlocks)],
  };
}

function introduction(): Block[] {
  const unknown = DEFECTS.filter(({ known }) => !known).length;
  return [
    paragraph(
      `${DEFECTS.length} defects, of which ${unknown} were not known before. ` +
        "Where one is a matter of rules, profiles have it, so that a model can be checked by the " +
        "rules of the QEMU that there is; profile `proposed` has what repairs it.",
    ),
    paragraph(
      "Each script can be pasted into a shell in an empty folder, with QEMU's tools installed. " +
        "It starts a program of QEMU, tells it the commands, and says at its end how the program " +
        "ended. A test pastes each into a shell, beside every version on which it was seen and " +
        "that is installed.",
    ),
  ];
}

function contents(): Block {
  return {
    kind: "table",
    caption: "All defects",
    columns: ["id", "what happens", "seen on QEMU", "to be seen", "found"].map(leftColumn),
    rows: DEFECTS.map((defect) => [
      cell([defectLink(defect.id)]),
      cell(defect.title),
      cell(versionsText(defect)),
      cell([effectMark(defect)]),
      cell(defect.known ? "known before" : "here"),
    ]),
    sortable: true,
  };
}

function versionsText({ seen, mended }: Defect): string {
  const versions = seen.join(", ");
  return mended === undefined ? versions : `${versions}; mended in ${mended}`;
}

const EFFECTS: Readonly<Record<number, string>> = { 134: "abort", 137: "hang", 139: "crash" };

function effectMark({ shown }: Defect): Inline {
  if (shown.kind === "status") return mark(EFFECTS[shown.status] ?? "end", "bad");
  return mark(shown.text === "Pattern verification failed" ? "wrong data" : "wrong answer", "bad");
}

function groupBlocks({ title, defects }: (typeof DEFECT_GROUPS)[number]): Block[] {
  return [heading(2, title), ...defects.flatMap(defectBlocks)];
}

function defectBlocks(defect: Defect): Block[] {
  const { id, title, told, models, cases, script, shown } = defect;
  const scripts = rewiringLinks(models);
  const rows = [
    { term: ["Seen on"], text: prose(`QEMU ${versionsText(defect)}`) },
    ...(models.length === 0
      ? []
      : [
          {
            term: ["Traces and repairs"],
            text: listed(models.map((name) => link(name, `models/${name}`))),
          },
        ]),
    ...(scripts.length === 0 ? [] : [{ term: ["Step by step"], text: listed(scripts) }]),
    ...(cases.length === 0 ? [] : [{ term: ["Recorded cases"], text: codes(cases) }]),
    { term: ["To be seen"], text: [...prose(shownText(shown))] },
  ];
  return [
    heading(3, `${id}: ${title}`, anchorOf(id)),
    { kind: "paragraph", text: prose(told) },
    { kind: "terms", rows },
    {
      kind: "details",
      summary: `Script that shows ${id}`,
      blocks: [
        {
          kind: "paragraph",
          text: ["For ", code(script.program), ", in an empty folder:"],
        },
        { kind: "code", language: "sh", text: scriptText(script, shown) },
      ],
    },
  ];
}
