/**
 * A page for every model, made of the model itself and of what is known of it.
 */
import { commands, heading, paragraph, terms } from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import type { ModelEvidence, SiteInput } from "../site-input.ts";
import { agreementBlocks } from "./agreement.ts";
import { factsOf } from "./facts.ts";
import { mutantBlocks, mutantPages } from "./mutants.ts";
import { DrawnCharts, pictureBlocks } from "./pictures.ts";
import { playerBlocks } from "./players.ts";
import { propertyBlocks } from "./properties.ts";
import { storyBlocks } from "./story.ts";
import { verdictBlocks } from "./verdict.ts";

export function* modelPages(input: SiteInput): Generator<PageDocument, void, void> {
  const charts = new DrawnCharts(input.viz);
  for (const evidence of input.models) {
    yield modelPage(evidence, input, charts);
    yield* mutantPages(evidence);
  }
}

function modelPage(
  evidence: ModelEvidence,
  { viz, models, source }: SiteInput,
  charts: DrawnCharts,
): PageDocument {
  const { model } = evidence;
  const { name, title, idea } = model;
  return {
    path: `models/${name}`,
    title: name,
    summary: title,
    trail: [{ title: "Overview", path: "index" }],
    blocks: [
      paragraph(idea),
      terms(factsOf(evidence)),
      ...playerBlocks(evidence, models),
      ...verdictBlocks(evidence),
      ...agreementBlocks(evidence),
      ...storyBlocks(model),
      ...pictureBlocks(viz, model, charts),
      ...propertyBlocks(evidence, source),
      ...mutantBlocks(evidence),
      ...againBlocks(evidence),
    ],
  };
}

function againBlocks({ model: { name }, counterexample }: ModelEvidence): Block[] {
  return [
    heading(2, "Do it again"),
    commands(
      `npx blockgraph show ${name}`,
      `npx blockgraph check ${name}`,
      `npx blockgraph verify ${name}`,
      ...(counterexample === null
        ? []
        : [`npx blockgraph replay reports/${name}/trace.jsonl --on sim`]),
      `npx blockgraph run ${name} --dir images --log run.jsonl`,
    ),
  ];
}
