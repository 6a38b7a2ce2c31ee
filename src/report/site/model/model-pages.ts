/**
 * A page for every model, made of the model itself and of what is known of it.
 */
import { code, commands, heading, paragraph, terms } from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import { rewiringLinks } from "../rewiring/rewiring-links.ts";
import type { ModelEvidence, SiteInput } from "../site-input.ts";
import { listed } from "../writing.ts";
import { agreementBlocks } from "./agreement.ts";
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
  const { name, title, idea, profile, expected } = model;
  const scripts = rewiringLinks([name]);
  return {
    path: `models/${name}`,
    title: name,
    summary: title,
    trail: [{ title: "Overview", path: "index" }],
    blocks: [
      paragraph({ kind: "strong", text: `${title}.` }),
      paragraph(idea),
      terms([
        ["rules", code(profile)],
        ["says of itself", `it is ${expected.verdict === "holds" ? "right" : "violated"}`],
        ...(scripts.length === 0 ? [] : [["graph, step by step", ...listed(scripts)] as const]),
      ]),
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
