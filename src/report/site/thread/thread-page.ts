/**
 * The page of the thread, annotated: its ideas in order, what QEMU made of each, and the models
 * that formalise it, with their verdicts.
 */
import type { ModelOverview } from "../../model-overview.ts";
import { heading, link } from "../blocks.ts";
import { defectLink } from "../conformance/defect.ts";
import type { Block, Inline, PageDocument, Text } from "../page-document.ts";
import type { Tone } from "../picture.ts";
import { rewiringLinks } from "../rewiring/rewiring-links.ts";
import { cell, leftColumn, listed, mark, paragraph, prose } from "../writing.ts";
import { BEYOND } from "./beyond.ts";
import type { Idea, Later } from "./idea.ts";
import { IDEAS } from "./ideas/all.ts";

/** What the page says of a model. */
export type JudgedModel = Pick<
  ModelOverview,
  "name" | "title" | "expected" | "verified" | "checked"
>;

/** The newest version whose source was looked at. */
const LOOKED_AT = "10.2";

const FROM: Readonly<Record<Idea["from"], string>> = {
  proposal: "the proposal",
  answer: "the answer",
  patch: "comments of the patch",
};

/** @param models all of this repository, in the order of their list */
export function threadPage(models: readonly JudgedModel[]): PageDocument {
  const known = new Map(models.map((model) => [model.name, model]));
  return {
    path: "thread",
    title: "The thread, annotated",
    summary:
      "The ideas of the thread of August 2018 in their order, what QEMU made of each, and the " +
      "models that formalise them.",
    trail: [{ title: "Overview", path: "index" }],
    blocks: [
      ...introduction(),
      contents(known),
      ...IDEAS.flatMap((idea, index) => ideaBlocks(idea, index + 1, known)),
      ...beyondBlocks(known),
    ],
  };
}

function introduction(): Block[] {
  return [
    paragraph(
      "In August 2018 a proposal was posted to the block layer's mailing list of QEMU, with a " +
        "patch that worked: fleecing and backup made of nodes of the graph. One long answer " +
        "came, with as many doubts as suggestions. This page takes their ideas one by one, in " +
        "our own words: what was meant, what QEMU has of it, and the design that formalises it " +
        "here.",
    ),
    paragraph(
      `"Not by ${LOOKED_AT}" says that the source of that version was looked at. A verdict is of ` +
        "the model with its profile: many models show, on purpose, what an older rule gets " +
        "wrong.",
    ),
  ];
}

function contents(known: ReadonlyMap<string, JudgedModel>): Block {
  return {
    kind: "table",
    caption: "Ideas in the order of the thread",
    columns: ["no.", "idea", "stands in", "in QEMU since", "models"].map(leftColumn),
    rows: IDEAS.map((idea, index) => [
      { text: [String(index + 1)], sort: index + 1 },
      cell([link(idea.title, `thread#${idea.anchor}`)]),
      cell(FROM[idea.from]),
      cell(sinceText(idea.later)),
      cell(listed(idea.models.map((name) => modelLink(name, known)))),
    ]),
    sortable: true,
  };
}

/** The versions in which something of an idea came. */
function sinceText(later: readonly Later[]): string {
  const versions = later.flatMap(({ version }) => (version === null ? [] : [version]));
  return versions.length === 0 ? "no version" : [...new Set(versions)].join(", ");
}

function ideaBlocks(idea: Idea, number: number, known: ReadonlyMap<string, JudgedModel>): Block[] {
  const { defects = [] } = idea;
  const scripts = rewiringLinks(idea.models);
  return [
    heading(2, `${number}. ${idea.title}`, idea.anchor),
    {
      kind: "terms",
      rows: [
        { term: [`In ${FROM[idea.from]}`], text: prose(idea.told) },
        ...idea.later.map((later) => ({ term: termOf(later), text: laterText(later) })),
        { term: ["Here"], text: prose(idea.here) },
        ...idea.models.map((name) => ({ term: ["Model"], text: modelText(name, known) })),
        ...(scripts.length === 0 ? [] : [{ term: ["Step by step"], text: listed(scripts) }]),
        ...(defects.length === 0
          ? []
          : [{ term: ["Defects of QEMU"], text: listed(defects.map(defectLink)) }]),
      ],
    },
  ];
}

function termOf({ version }: Later): Text {
  return [version === null ? `Not by QEMU ${LOOKED_AT}` : `QEMU ${version}`];
}

function laterText({ text, commit }: Later): Text {
  if (commit === undefined) return prose(text);
  return [...prose(text), " (commit ", { kind: "code", text: commit }, ")"];
}

function modelLink(name: string, known: ReadonlyMap<string, JudgedModel>): Inline {
  return known.has(name) ? link(name, `models/${name}`) : { kind: "code", text: name };
}

function modelText(name: string, known: ReadonlyMap<string, JudgedModel>): Text {
  const model = known.get(name);
  const named = modelLink(name, known);
  if (model === undefined) return [named, ": there is no such model any more"];
  return [named, " ", ...verdictText(model), `: ${model.title}`];
}

const TONE_OF: Readonly<Record<"holds" | "violated" | "undecided", Tone>> = {
  holds: "good",
  violated: "bad",
  undecided: "open",
};

/** What a check found, or else what verify found, or else what the model says of itself. */
function verdictText({ expected, verified, checked }: JudgedModel): Text {
  const verdict = checked?.verdict ?? verified;
  if (verdict === null) return [mark(`expected: ${expected}`, "quiet")];
  const wanted = verdict === expected ? "" : ", unexpectedly";
  const said = mark(`${verdict}${wanted}`, TONE_OF[verdict]);
  if (checked === null) return [said, " in simulations and runs"];
  return [said, ` in ${checked.states.toLocaleString("en-US")} states (${checked.bounds})`];
}

function beyondBlocks(known: ReadonlyMap<string, JudgedModel>): Block[] {
  return [
    heading(2, "Beyond the thread"),
    paragraph("What its ideas led to, and what a backup needs besides."),
    {
      kind: "terms",
      rows: BEYOND.flatMap(({ title, told, models }) => [
        { term: [title], text: prose(told) },
        ...models.map((name) => ({ term: ["Model"], text: modelText(name, known) })),
      ]),
    },
  ];
}
