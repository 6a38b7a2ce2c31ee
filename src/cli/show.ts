/**
 * `blockgraph show`: what the graph looks like, at any record of a log.
 *
 * A log is folded up to the record, so what is shown is computed from the log and nothing else. For
 * a model its set-up is simulated, up to where guest and readers would begin.
 */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { MODELS, modelNamed } from "../../models/index.ts";
import { BlockgraphError } from "../error.ts";
import { permissionNames } from "../graph/permission.ts";
import { MemoryLog } from "../log/memory-log.ts";
import type { LogRecord } from "../log/record.ts";
import { bytesText } from "../report/bytes-text.ts";
import { clusterMap, clusterRuns } from "../report/cluster-map.ts";
import { graphText } from "../report/graph-text.ts";
import { agentLines, agentsInFlight } from "../report/in-flight.ts";
import { type ShowDocument, showDocumentSchema } from "../report/show-document.ts";
import { replayInSimulation } from "../simulate/replay.ts";
import { simulateModel } from "../simulate/simulate-model.ts";
import type { Model, Phase } from "../system/model.ts";
import { roundRobinSchedule } from "../system/schedule.ts";
import type { Session } from "../system/session.ts";
import { nameAndFile, wholeNumber } from "./arguments.ts";
import { EXIT_HELP } from "./exit-code.ts";
import { type GivenImages, readGiven } from "./log-images.ts";
import { bodyOf, openLog, upTo } from "./open-log.ts";
import { paint, print, printJson } from "./terminal.ts";
import { requireNoDocument } from "./trace-file.ts";

interface Options {
  readonly at?: number;
  readonly image: GivenImages;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  command
    .description(
      "Shows the graph, what is remembered about every cluster, the requests in flight and the " +
        "record itself, at one record of a log. For the name of a model: the graph after its " +
        "set-up (./NAME is a file of that name).",
    )
    .argument("<log|model>")
    .option("--at <n>", "number of the record (default: the last)", wholeNumber(0))
    .option("--image <name=file>", "an image that the log does not carry", nameAndFile, new Map())
    .option("--json", "print as JSON")
    .addHelpText("after", HELP)
    .action((what: string, options: Options) => show(what, options));
}

const HELP = `
Examples:
  $ blockgraph show fleecing
  $ blockgraph run fleecing --dir images --log run.jsonl
  $ blockgraph show run.jsonl --at 60

${EXIT_HELP}`;

/** What there is to show. */
interface Shown {
  readonly session: Session;
  readonly records: readonly LogRecord[];
  readonly model: string;
  readonly mutant: string | null;
  readonly at: number | null;
  readonly last: number | null;
}

function show(what: string, options: Options): void {
  const model = modelNamed(what);
  const shown = model === undefined ? fold(what, options) : setUp(model);
  if (options.json) printJson(documentOf(shown));
  else if (model === undefined) printState(shown);
  else printModel(model, shown);
}

function fold(path: string, { at, image }: Options): Shown {
  if (!existsSync(path)) {
    const known = [...MODELS.keys()].join(", ");
    throw new BlockgraphError(
      "bad-argument",
      `there is no log '${path}', and no model of that name; models are: ${known}`,
    );
  }
  requireNoDocument(path);
  const { start, records, model } = openLog(path);
  const prefix = upTo(records, at);
  const { simulation } = replayInSimulation(start, prefix, {
    properties: [],
    mutants: model?.mutants ?? [],
    images: readGiven(start.images, image),
  });
  return {
    session: simulation.session,
    records: prefix,
    model: start.model,
    mutant: start.mutant,
    at: prefix.length - 1,
    last: records.length - 1,
  };
}

/** Runs the commands up to the first requests that find a node which remembers clusters. */
function setUp(model: Model): Shown {
  const phases: Phase[] = [];
  let filtered = false;
  for (const phase of model.phases) {
    if (phase.kind !== "commands" && filtered) break;
    const administrator = phase.kind === "concurrent" ? phase.administrator : undefined;
    const sent = phase.kind === "commands" ? phase : administrator;
    if (sent === undefined) continue;
    phases.push({ ...sent, kind: "commands" });
    filtered ||= sent.commands.some(({ arguments: args }) => args.target !== undefined);
  }
  const sink = new MemoryLog();
  const schedule = roundRobinSchedule();
  const options = { properties: [], mutant: null, schedule, sink };
  const { session } = simulateModel({ ...model, phases }, options);
  const nowhere = { at: null, last: null };
  return { session, records: sink.records, model: model.name, mutant: null, ...nowhere };
}

function printModel(model: Model, shown: Shown): void {
  print(paint("bold", `${model.name}: ${model.title}`));
  print("");
  for (const line of pictureOf(shown.session)) print(line);
  print("");
  for (const { filename, length } of model.images) print(`${filename}: ${bytesText(length)}`);
  for (const line of mapsOf(shown.session)) print(line);
}

function printState(shown: Shown): void {
  const { session, records, model, mutant, at, last } = shown;
  const broken = mutant === null ? "" : ` with mutant ${mutant}`;
  print(paint("bold", `${model}${broken}, record ${at} of ${last}`));
  print("");
  for (const line of pictureOf(session)) print(line);
  print("");
  for (const line of mapsOf(session)) print(line);
  const agents = agentsInFlight(session.execution, records);
  print(agents.length === 0 ? "in flight: nothing" : "in flight:");
  for (const agent of agents) for (const line of agentLines(agent)) print(line);
  const record = records.at(-1);
  if (record !== undefined) print(`record ${record.seq}: ${brief(record)}`);
}

/** A record on one line. Images would fill pages, so the first record is cut. */
function brief(record: LogRecord): string {
  const text = JSON.stringify(bodyOf(record));
  return text.length <= BRIEF_MAX ? text : `${text.slice(0, BRIEF_MAX)}...`;
}

/** characters */
const BRIEF_MAX = 400;

function pictureOf({ graph, execution }: Session): string[] {
  return graphText(graph, (name) => execution.nodes.get(name)?.description);
}

function mapsOf({ execution }: Session): string[] {
  return [...execution.nodes.values()].flatMap((node) => clusterMap(node));
}

function documentOf({ session, records, model, mutant, at, last }: Shown): ShowDocument {
  const { graph, execution } = session;
  const nodes = [...execution.nodes.values()];
  return showDocumentSchema.parse({
    kind: "show",
    model,
    mutant,
    at,
    last,
    graph: {
      devices: [...graph.devices.values()].map(({ id, driver }) => ({ id, driver })),
      exports: [...graph.exports.values()],
      nodes: nodes.map(({ description: { name, driver, length } }) => {
        return { name, driver, length, options: graph.nodes.get(name)?.options ?? {} };
      }),
      edges: graph.edges.map(({ parent, child, name, perm, shared }) => {
        const masks = { perm: permissionNames(perm), "shared-perm": permissionNames(shared) };
        return { parent, child, name, ...masks };
      }),
    },
    clusters: nodes
      .filter(({ description }) => description.cluster !== null)
      .map((node) => {
        const { name, clusterSize } = node.description;
        return { node: name, clusterSize, runs: clusterRuns(node) };
      }),
    inFlight: agentsInFlight(execution, records),
    record: at === null ? null : records.at(-1),
  });
}
