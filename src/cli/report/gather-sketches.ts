/**
 * Gathers what the site says of sketches, of formats too.
 */
import { FORMATS } from "../../../models/formats.ts";
import { SKETCHES } from "../../../models/sketches.ts";
import type { Chart } from "../../chart/chart.ts";
import { startCheck } from "../../check/check.ts";
import { programDigest } from "../../check/program-digest.ts";
import { type TraceDocument, traceDocument } from "../../report/check/trace-document.ts";
import type { SketchEvidence } from "../../report/site/site-input.ts";
import type { FormatSketch } from "../../system/format-sketch.ts";
import { designOf, type Sketch } from "../../system/sketch.ts";
import { findChecked } from "../check/find-checked.ts";
import { perform } from "../check/perform.ts";
import { checkReceiptOf } from "../model-receipts.ts";
import type { Gathering } from "./gather.ts";

/** B for the states of a search */
const MEMORY = 2 ** 28;

/** What is known of all sketches; their mutants are searched in no time. */
export async function gatherSketches(gathering: Gathering): Promise<SketchEvidence[]> {
  const evidence: SketchEvidence[] = [];
  for (const sketch of SKETCHES.values()) {
    evidence.push(await gatherSketch(sketch, sketchCharts(sketch), gathering));
  }
  for (const format of FORMATS.values()) {
    evidence.push(await gatherSketch(format, formatCharts(format), gathering));
  }
  return evidence;
}

function sketchCharts(sketch: Sketch): Chart[] {
  const { cells, actors } = designOf(sketch);
  return [cells, ...actors].map(({ chart }) => chart);
}

function formatCharts(format: FormatSketch): Chart[] {
  const { guests, hosts, actors } = designOf(format);
  return [guests, hosts, ...actors].map(({ chart }) => chart);
}

async function gatherSketch(
  sketch: SketchEvidence["sketch"],
  charts: readonly Chart[],
  { reports, seconds }: Gathering,
): Promise<SketchEvidence> {
  const { name } = sketch;
  const traces: { mutant: string; document: TraceDocument }[] = [];
  for (const { name: mutant } of seconds === null ? [] : sketch.mutants) {
    const document = await sketchTrace(name, mutant, seconds ?? 0);
    if (document !== null) traces.push({ mutant, document });
  }
  const { statements } = findChecked(name).lower(new Map(), null);
  const promised = [...statements].map(([each, statement]) => ({ name: each, statement }));
  const check = checkReceiptOf(name, reports)?.receipt ?? null;
  return { sketch, charts, promised, check, traces };
}

async function sketchTrace(
  model: string,
  mutant: string,
  seconds: number,
): Promise<TraceDocument | null> {
  const { program, parameters, bounds } = findChecked(model).lower(new Map(), mutant);
  const check = startCheck(program, {
    ...{ symmetry: true, coverage: false, liveness: "auto", threads: 1, memory: MEMORY },
    ...{ maxStates: null, maxDepth: null, walk: null, checkpoint: null, resume: null },
  });
  const name = `${model} ${mutant}`;
  await perform(check, { name, timeout: seconds, jsonProgress: false });
  const [finding] = check.result().findings;
  if (finding === undefined) return null;
  const digest = programDigest(program);
  const subject = { model, mutant, digest, parameters, bounds, source: "", program };
  return traceDocument(subject, finding);
}
