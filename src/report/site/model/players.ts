/**
 * The players of a model: what breaks it beside what repairs it, or a run of it.
 */
import { MODELS } from "../../../../models/index.ts";
import type { Model } from "../../../system/model.ts";
import { ADMINISTRATOR } from "../../player/lanes.ts";
import { logTrace } from "../../player/log-trace.ts";
import { repairedRecords } from "../../player/repaired.ts";
import { code, commands, heading, link, paragraph } from "../blocks.ts";
import type { Block, Text } from "../page-document.ts";
import type { PlayerTrace } from "../player-trace.ts";
import type { ModelEvidence, ShownLog } from "../site-input.ts";
import { repairedBy, repairOf } from "./pairs.ts";

/** @param others all models, for those that go together */
export function playerBlocks(evidence: ModelEvidence, others: readonly ModelEvidence[]): Block[] {
  const { model, counterexample, sample } = evidence;
  return [
    ...(counterexample === null ? [] : counterexampleBlocks(model, counterexample)),
    ...(counterexample === null && sample !== null ? sampleBlocks(sample) : []),
    ...(counterexample === null && sample === null ? nothingToShow(model) : []),
    ...repairedBy(model.name).flatMap((faithful) => {
      const wrong = others.find((each) => each.model.name === faithful);
      return wrong === undefined || wrong.counterexample === null ? [] : besideBlocks(faithful);
    }),
  ];
}

function counterexampleBlocks(model: Model, { log, origin, shortest }: ShownLog): Block[] {
  const trace = logTrace({ id: "counterexample", title: `${model.name}: ${origin}` }, log);
  const repair = repairOf(model.name);
  const beside = repair === undefined ? null : repairedTrace(log.records, repair);
  return [
    heading(2, shortest ? "The shortest counterexample" : "A counterexample"),
    paragraph(
      `${origin[0]?.toUpperCase()}${origin.slice(1)}.`,
      ...(beside === null || repair === undefined
        ? []
        : [
            " Beside it ",
            link(repair, `models/${repair}`),
            " takes the same commands, requests and decisions, as far as it lets them happen.",
          ]),
      ...stepLinks(`models/${model.name}`, trace),
      " Step through it with the arrow keys; every step has a link.",
    ),
    { kind: "player", traces: beside === null ? [trace] : [trace, beside] },
  ];
}

/** Where requests begin, and where it is wrong: positions count the steps that were taken. */
function stepLinks(page: string, { id, steps }: PlayerTrace): Text {
  const at = (position: number) => `${page}#${id}/${position}`;
  const begins = steps.findIndex(({ lane }) => lane !== ADMINISTRATOR.id);
  const breaks = steps.findIndex(({ judged }) => judged.some((j) => j.status === "violated"));
  return [
    ...(begins < 0 ? [] : [" Requests begin at ", link(`step ${begins + 1}`, at(begins + 1)), "."]),
    ...(breaks < 0 ? [] : [" It goes wrong at ", link(`step ${breaks + 1}`, at(breaks + 1)), "."]),
  ];
}

function repairedTrace(records: ShownLog["log"]["records"], name: string): PlayerTrace | null {
  const repaired = MODELS.get(name);
  const again = repaired === undefined ? null : repairedRecords(records, repaired);
  if (again === null) return null;
  const log = { records: again, lines: [], notices: [] };
  return logTrace({ id: "repaired", title: `${name}: the same decisions, repaired` }, log);
}

function sampleBlocks({ log, origin }: ShownLog): Block[] {
  const trace = logTrace({ id: "sample", title: origin }, log);
  return [
    heading(2, "A run of it"),
    paragraph(
      `${origin[0]?.toUpperCase()}${origin.slice(1)}. Step through it with the arrow keys.`,
    ),
    { kind: "player", traces: [trace] },
  ];
}

function besideBlocks(faithful: string): Block[] {
  return [
    paragraph(
      "It repairs ",
      link(faithful, `models/${faithful}`),
      ", where both are stepped through side by side.",
    ),
  ];
}

function nothingToShow({ name, expected }: Model): Block[] {
  const command =
    expected.verdict === "violated"
      ? `npx blockgraph check ${name}`
      : `npx blockgraph verify ${name}`;
  return [
    heading(2, "A run of it"),
    paragraph(
      "There is no log of it yet. The page has one when this was run, or without ",
      code("--no-run"),
      ":",
    ),
    commands(command),
  ];
}
