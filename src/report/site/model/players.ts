/**
 * The players of a model: what breaks it beside what repairs it, or a run of it.
 */
import type { Model } from "../../../system/model.ts";
import { ADMINISTRATOR } from "../../player/lanes.ts";
import { logTrace } from "../../player/log-trace.ts";
import { repairedRecords } from "../../player/repaired.ts";
import { code, commands, heading, link, paragraph } from "../blocks.ts";
import type { Block, Text } from "../page-document.ts";
import type { PlayerTrace } from "../player-trace.ts";
import type { ModelEvidence, ShownLog } from "../site-input.ts";
import { repairedBy, repairOf, sendTheSame } from "./pairs.ts";

/** @param others all models, for those that go together */
export function playerBlocks(evidence: ModelEvidence, others: readonly ModelEvidence[]): Block[] {
  const { model, counterexample, sample } = evidence;
  return [
    ...(counterexample === null ? [] : counterexampleBlocks(model, counterexample, others)),
    ...(counterexample === null && sample !== null ? sampleBlocks(sample) : []),
    ...(counterexample === null && sample === null ? nothingToShow(model) : []),
    ...repairedBy(model.name).flatMap((faithful) => {
      const wrong = others.find((each) => each.model.name === faithful);
      return wrong === undefined || wrong.counterexample === null ? [] : besideBlocks(faithful);
    }),
  ];
}

function counterexampleBlocks(
  model: Model,
  { log, origin, shortest }: ShownLog,
  others: readonly ModelEvidence[],
): Block[] {
  const trace = logTrace({ id: "counterexample", title: `${model.name}: ${origin}` }, log);
  const repaired = others.find((each) => each.model.name === repairOf(model.name));
  const beside = repaired === undefined ? null : repairedTrace(model, log, repaired);
  return [
    heading(2, shortest ? "The shortest counterexample" : "A counterexample"),
    paragraph(
      `${origin[0]?.toUpperCase()}${origin.slice(1)}.`,
      ...(beside === null ? [] : beside.text),
      ...stepLinks(`models/${model.name}`, trace),
      " Step through it with the arrow keys; every step has a link.",
    ),
    { kind: "player", traces: beside === null ? [trace] : [trace, beside.trace] },
  ];
}

/** The repair: with the same decisions if rules are all that differs, else in a run of its own. */
function repairedTrace(
  faithful: Model,
  { records }: ShownLog["log"],
  { model, sample }: ModelEvidence,
): { readonly trace: PlayerTrace; readonly text: Text } | null {
  const there = link(model.name, `models/${model.name}`);
  const again = sendTheSame(faithful, model) ? repairedRecords(records, model) : null;
  if (again !== null) {
    const title = `${model.name}: the same decisions, repaired`;
    const log = { records: again, lines: [], notices: [] };
    const how = " takes the same commands, requests and decisions, as far as it lets them happen.";
    return { trace: logTrace({ id: "repaired", title }, log), text: [" Beside it ", there, how] };
  }
  if (sample === null) return null;
  const title = `${model.name}: ${sample.origin}`;
  const how = " sends other commands, in a run of its own.";
  return {
    trace: logTrace({ id: "repaired", title }, sample.log),
    text: [" Beside it ", there, how],
  };
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
