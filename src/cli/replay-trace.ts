/**
 * `blockgraph replay` of a trace of a sketch: its steps on bytes, every state compared.
 */
import { BlockgraphError } from "../error.ts";
import type { TraceDocument } from "../report/check/trace-document.ts";
import { type TraceReplay, traceReplayLine, traceReplaySchema } from "../report/trace-replay.ts";
import { closeImages } from "../run/image-set.ts";
import { SketchRun } from "../run/sketch-run.ts";
import { SketchSimulation } from "../simulate/sketch-simulation.ts";
import { sketchImages } from "../system/sketch-bytes.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { openInFolder } from "./log-images.ts";
import { followTrace, type OpenedTrace, openTrace, type SketchFollower } from "./sketch-trace.ts";
import { print, printJson, warn } from "./terminal.ts";

export interface TraceReplayOptions {
  /** the folder of the images; null: in the simulator */
  readonly folder: string | null;
  /** stop after this step; undefined: at the end */
  readonly at: number | undefined;
}

/** Replays it, and says on the terminal what came out. */
export async function replayTrace(
  path: string,
  document: TraceDocument,
  options: TraceReplayOptions & { readonly json: boolean },
): Promise<ExitCode> {
  const summary = await traceReplay(path, document, options);
  const { difference, violations } = summary;
  for (const { property, text, step } of violations) {
    warn(`the trace violates ${property} at step ${step}: ${text}`);
  }
  if (violations.length === 0 && difference === null && options.at === undefined) {
    const { property, message } = document.finding;
    warn(`the trace shows ${property}: ${message}`);
  }
  if (difference !== null) warn(`different: ${difference}`);
  if (options.json) printJson(summary);
  else print(traceReplayLine(summary));
  return difference === null ? EXIT.ok : EXIT.violated;
}

/**
 * Follows it step by step, and compares every state.
 * @throws BlockgraphError `bad-argument` for a step that it does not have; `log-mismatch` if it is
 *   a trace of something else
 */
export async function traceReplay(
  path: string,
  document: TraceDocument,
  { folder, at }: TraceReplayOptions,
): Promise<TraceReplay> {
  const trace = openTrace(path, document);
  const length = document.steps.length;
  if (at !== undefined && at > length) {
    throw new BlockgraphError(
      "bad-argument",
      `there is no step ${at}: the trace ends with step ${length}`,
    );
  }
  const began = performance.now();
  const outcome =
    folder === null
      ? await follow(trace, new SketchSimulation(trace.design, trace.properties), at)
      : await onFiles(trace, folder, at);
  const { model, mutant, finding } = document;
  return traceReplaySchema.parse({
    kind: "trace-replay",
    trace: path,
    on: folder === null ? "sim" : "files",
    ...{ model, mutant, property: finding.property },
    identical: outcome.difference === null,
    ...outcome,
    seconds: (performance.now() - began) / 1000,
  });
}

async function onFiles(trace: OpenedTrace, folder: string, at: number | undefined) {
  const { design, properties } = trace;
  const images = openInFolder(folder, sketchImages(design), new Map());
  try {
    return await follow(trace, new SketchRun(design, properties, images), at);
  } finally {
    closeImages(images);
  }
}

async function follow(trace: OpenedTrace, sketch: SketchFollower, at: number | undefined) {
  const { steps, difference } = await followTrace(trace, sketch, at ?? trace.document.steps.length);
  return { steps, difference, violations: sketch.execution.violations };
}
