/**
 * What the explorer can do with models and paths: what the other commands do.
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { MODELS } from "../../../models/index.ts";
import type { Progress } from "../../check/result.ts";
import { BlockgraphError } from "../../error.ts";
import type { OpenModel, Replayed } from "../../explorer/server/documents.ts";
import type { OpenedModel, Workshop } from "../../explorer/server/workshop.ts";
import { EXPLORED } from "../../report/check/trace-document.ts";
import { checkTrace } from "../../report/player/check-trace.ts";
import { logTrace } from "../../report/player/log-trace.ts";
import { readRecords } from "../../report/player/read-records.ts";
import { wrongLine } from "../../report/qemu-replay.ts";
import { replayLine } from "../../report/replay-summary.ts";
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import { traceReplayLine } from "../../report/trace-replay.ts";
import type { Model } from "../../system/model.ts";
import { modelContent } from "../../system/model-image.ts";
import { modelDigest, type StartBody } from "../../system/start.ts";
import type { QemuVersion } from "../../vocabulary.ts";
import type { Checked, LoweredProgram } from "../check/checked.ts";
import { checkedModel } from "../check/checked-model.ts";
import { findChecked } from "../check/find-checked.ts";
import { usefulThreads } from "../check/options.ts";
import { propertiesOf } from "../find.ts";
import { breathe } from "../leftovers.ts";
import type { OtherModels } from "../open-log.ts";
import { promoteTrace } from "../promote/promote-trace.ts";
import { logReplay } from "../replay/log-replay.ts";
import { traceReplay } from "../replay-trace.ts";
import { readTrace } from "../trace-file.ts";
import { writePath } from "../write-path.ts";
import { editedModel, isEdited } from "./edited-model.ts";
import { modelSummaries } from "./model-summaries.ts";
import { inPlainWords } from "./plain-words.ts";

/** Share of the memory that is free which a search may have: several may go on at once. */
const MEMORY_SHARE = 0.25;
/** ms of lowering after which requests get their turn */
const BREATH_MS = 20;

/** @param out where promoted tests go */
export function makeWorkshop(folder: string, out: string): Workshop {
  const edited = new Map<string, Model>();
  const others = (digest: string) => edited.get(digest);
  return {
    folder,
    threads: usefulThreads(),
    memory: Math.floor(process.availableMemory() * MEMORY_SHARE),
    models: modelSummaries,
    open(request, tell) {
      const model = modelIn(request);
      if (model !== null) edited.set(modelDigest(model), model);
      return open(request, model, tell);
    },
    judges,
    player,
    promote: (path, name) =>
      inPlainWords(path, () => promoteTrace(path, { out, name, force: false })),
    replay: (path, on, qemu) =>
      inPlainWords(path, () => replay(path, { on, qemu, folder, others })),
  };
}

/** @param edited null: it is the model's own */
async function open(
  request: OpenModel,
  edited: Model | null,
  tell: (progress: Progress) => void,
): Promise<OpenedModel> {
  const { model: name, mutant } = request;
  const checked = edited === null ? findChecked(name) : checkedModel(edited);
  const given = new Map(Object.entries(request.parameters));
  const lowered = await lower(checked, given, mutant, tell);
  const { program, parameters, bounds, statements, part = null, writeLog } = lowered;
  const { source } = checked;
  const file = writeLog === null ? "path.json" : "path.jsonl";
  return {
    ...{ model: name, mutant, bounds, parameters, program, statements },
    notices: [
      ...(part === null ? [] : ["Only the beginning of the model is here."]),
      ...(edited === null ? [] : [EDITED]),
    ],
    write(folder, finding) {
      const path = join(folder, file);
      writePath(path, { model: name, mutant, source, lowered }, finding);
      return path;
    },
  };
}

const EDITED =
  "Its rules, faults or workload are not the model's own: what it finds is no verdict on the " +
  "model, and no test can be made of it.";

/** The model, by other rules or with another workload; null: nothing is changed. */
function modelIn(request: OpenModel): Model | null {
  if (!isEdited(request)) return null;
  const { model: name } = request;
  const model = MODELS.get(name);
  if (model !== undefined) return editedModel(model, request);
  throw new BlockgraphError(
    "bad-argument",
    `'${name}' has no rules or workload of its own to change; ` +
      "leave profile, workload and faults out",
  );
}

async function lower(
  checked: Checked,
  given: ReadonlyMap<string, number>,
  mutant: string | null,
  tell: (progress: Progress) => void,
): Promise<LoweredProgram> {
  const limits = { maxStates: null, maxDepth: null };
  const lowering = checked.lowering?.(given, mutant, limits);
  if (lowering === undefined) return checked.lower(given, mutant);
  let breathed = performance.now();
  while (await lowering.advance()) {
    if (performance.now() - breathed < BREATH_MS) continue;
    tell(lowering.progress());
    await breathe();
    breathed = performance.now();
  }
  return lowering.lowered();
}

function judges(start: StartBody): ReturnType<Workshop["judges"]> {
  const model = MODELS.get(start.model);
  const missing = new Set(
    start.images.filter(({ extents }) => extents === null).map(({ filename }) => filename),
  );
  const known = model?.images.filter(({ filename }) => missing.has(filename)) ?? [];
  return {
    properties: propertiesOf(model),
    mutants: model?.mutants ?? [],
    images: new Map(known.map((image) => [image.filename, modelContent(image)])),
  };
}

function player(path: string, title: string): PlayerTrace {
  const name = { id: "path", title };
  const trace = readTrace(path);
  if (trace === null) return logTrace(name, readRecords(path));
  const shown = checkTrace(name, trace);
  if (trace.finding.property !== EXPLORED) return shown;
  const steps = shown.steps.map((step) => ({ ...step, judged: [], wrong: null }));
  return { ...shown, properties: [], steps };
}

interface Place {
  readonly on: "sim" | "files" | "qemu";
  /** null: the one whose rules the path has */
  readonly qemu: QemuVersion | null;
  readonly folder: string;
  readonly others: OtherModels;
}

async function replay(
  path: string,
  { on, qemu: version, folder, others }: Place,
): Promise<Replayed> {
  const dir = mkdtempSync(join(folder, "images-"));
  const trace = readTrace(path);
  if (trace !== null) {
    if (on === "qemu") {
      throw new BlockgraphError("log-not-for-qemu", "a sketch has no graph, and QEMU needs one");
    }
    const where = { folder: on === "files" ? dir : null, at: undefined };
    const summary = await traceReplay(path, trace, where);
    const { identical, difference, violations } = summary;
    const said = violations.map(({ property, text }) => `${property}: ${text}`);
    return {
      identical,
      difference,
      line: traceReplayLine({ ...summary, trace: "this path" }),
      violations: said,
    };
  }
  const options = {
    image: new Map<string, string>(),
    ...(on === "files" ? { dir } : {}),
    ...(on === "qemu" && version !== null ? { qemu: version } : {}),
  };
  const summary = await logReplay(path, on, options, others);
  const { identical, difference, violations, qemu } = summary;
  return {
    ...{ identical, difference, line: replayLine({ ...summary, log: "this path" }) },
    violations: [
      ...violations.map(({ property, text, seq }) => `${property} at record ${seq}: ${text}`),
      ...(qemu?.wrong ?? []).map(wrongLine),
    ],
  };
}
