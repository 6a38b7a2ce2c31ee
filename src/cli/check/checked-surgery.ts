/**
 * A surgery, as something that can be checked.
 *
 * Nearly all the time goes into the table of graphs, not into the search of it: so that is what a
 * time-out or Ctrl-C ends early, and then the part that there is, is checked.
 */
import { GRAPH_PROPERTIES } from "../../../properties/graph/index.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { ADMINISTRATOR, lowerSurgery } from "../../check/lower/surgery/lower-surgery.ts";
import { GraphTabulation } from "../../check/lower/surgery/tabulate-graphs.ts";
import { witnessOf } from "../../check/lower/surgery/witness.ts";
import type { Finding } from "../../check/result.ts";
import { BlockgraphError } from "../../error.ts";
import { MemoryLog } from "../../log/memory-log.ts";
import { LogWriter } from "../../log/writer.ts";
import { counted, grouped } from "../../report/check/numbers.ts";
import { simulateModel } from "../../simulate/simulate-model.ts";
import { roundRobinSchedule } from "../../system/schedule.ts";
import type { Surgery } from "../../system/surgery.ts";
import { allNamed, mutantNamed } from "../named.ts";
import { bodyOf } from "../open-log.ts";
import type { Checked, LoweredProgram, LoweringLimits } from "./checked.ts";

/**
 * Parameters, and how large each may be: commands, for the graphs after more of them do not fit
 * into any memory; and graphs whose commands are answered, the first ones of all.
 */
const PARAMETERS: ReadonlyMap<string, number> = new Map([
  ["depth", 8],
  ["graphs", 2 ** 24],
]);

export function checkedSurgery(surgery: Surgery): Checked {
  const { name, mutants } = surgery;
  return {
    name,
    mutants,
    source: "models/graph-surgery.ts",
    lower(given, mutant) {
      const { tabulation, lowered } = begin(surgery, given, mutant, NO_LIMITS);
      while (tabulation.advance());
      return lowered();
    },
    lowering(given, mutant, limits) {
      const { tabulation, lowered } = begin(surgery, given, mutant, limits);
      return {
        searched: false,
        advance: async () => tabulation.advance(),
        progress: () => tabulation.progress(),
        stop: (reason) => tabulation.stop(reason),
        keep: async () => {},
        close: async () => {},
        lowered,
      };
    },
  };
}

const NO_LIMITS: LoweringLimits = { maxStates: null, maxDepth: null };

/** Begins to tabulate graphs; of those that there are at the end a program is made. */
function begin(
  surgery: Surgery,
  given: ReadonlyMap<string, number>,
  mutant: string | null,
  limits: LoweringLimits,
) {
  const { depth, graphs } = boundsOf(surgery, given);
  const { rows = {} } = mutant === null ? {} : mutantNamed(surgery, mutant);
  const names = `surgery '${surgery.name}' names property`;
  const properties = allNamed(names, surgery.properties, GRAPH_PROPERTIES);
  const options = { properties, rows, depth, ...limits, ...(graphs === null ? {} : { graphs }) };
  const tabulation = new GraphTabulation(surgery, options);
  const lowered = (): LoweredProgram => {
    const table = tabulation.table();
    const { answered, refused, expanded, stopped, everyRun } = table;
    const { program, commandOf } = lowerSurgery(surgery, properties, table);
    // With them its traces can be replayed: the part that there is can be made again.
    const looked = stopped === null ? graphs : expanded;
    const first = looked === null ? "" : ` in the first ${counted(looked, "graph")}`;
    return {
      program,
      parameters: { depth, ...(looked === null ? {} : { graphs: looked }) },
      bounds:
        `up to ${counted(depth, "command")}, ` +
        `${counted(surgery.names.length, "new node")} at once; ` +
        `${grouped(answered)} commands answered${first}, ${grouped(refused)} refused`,
      statements: new Map(properties.map((each) => [each.name, each.statement])),
      writeLog: (path, finding) => writeLog(path, surgery, commandOf, finding),
      part: stopped === null ? null : { stopped, everyRun },
    };
  };
  return { tabulation, lowered };
}

/** `graphs` is null for all of them. */
function boundsOf({ name, depth }: Surgery, given: ReadonlyMap<string, number>) {
  for (const [parameter, value] of given) {
    const most = PARAMETERS.get(parameter);
    const problem =
      most === undefined
        ? `has no parameter '${parameter}'; it has: ${[...PARAMETERS.keys()].join(", ")}`
        : value < 1 || value > most
          ? `is not checked with ${parameter}=${value}; give 1 to ${most}`
          : null;
    if (problem !== null) throw new BlockgraphError("bad-argument", `model '${name}' ${problem}`);
  }
  return { depth: given.get("depth") ?? depth, graphs: given.get("graphs") ?? null };
}

/** The commands of a finding with what a guest and a reader see of them, simulated. */
function writeLog(
  path: string,
  surgery: Surgery,
  commandOf: ReturnType<typeof lowerSurgery>["commandOf"],
  { trace, property, message }: Finding,
): void {
  let before = trace.initial;
  const commands = trace.steps.map(({ step, state }) => {
    const graph = before.fields.graph?.[0] ?? 0;
    before = state;
    if (step.process !== ADMINISTRATOR) throw new RangeError(`nobody is called ${step.process}`);
    return commandOf(graph, step.choices.choice ?? 0);
  });
  const sink = new MemoryLog();
  const { session } = simulateModel(witnessOf(surgery, commands), {
    properties: [...PROPERTIES.values()],
    mutant: null,
    schedule: roundRobinSchedule(),
    sink,
  });
  session.note(`${property}: ${message}`);
  const writer = LogWriter.create(path, { fsync: "close", overwrite: true });
  for (const record of sink.records) writer.append(bodyOf(record));
  writer.close();
}
