/**
 * A surgery, as something that can be checked.
 */
import { GRAPH_PROPERTIES } from "../../../properties/graph/index.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { ADMINISTRATOR, lowerSurgery } from "../../check/lower/surgery/lower-surgery.ts";
import { witnessOf } from "../../check/lower/surgery/witness.ts";
import type { Finding } from "../../check/result.ts";
import { BlockgraphError } from "../../error.ts";
import { MemoryLog } from "../../log/memory-log.ts";
import { LogWriter } from "../../log/writer.ts";
import { simulateModel } from "../../simulate/simulate-model.ts";
import { roundRobinSchedule } from "../../system/schedule.ts";
import type { Surgery } from "../../system/surgery.ts";
import { allNamed, mutantNamed } from "../named.ts";
import { bodyOf } from "../open-log.ts";
import { warn } from "../terminal.ts";
import type { Checked } from "./checked.ts";

/** Commands, at the most; the graphs after more of them do not fit into any memory. */
const DEPTH_MAX = 8;

export function checkedSurgery(surgery: Surgery): Checked {
  const { name, mutants } = surgery;
  return {
    name,
    mutants,
    source: "models/graph-surgery.ts",
    lower(given, mutantName) {
      const depth = depthOf(surgery, given);
      const { rows = {} } = mutantName === null ? {} : mutantNamed(surgery, mutantName);
      const properties = allNamed(
        `surgery '${name}' names property`,
        surgery.properties,
        GRAPH_PROPERTIES,
      );
      const progress = (graphs: number, level: number) => {
        warn(`${name}: ${count(graphs)} graphs after up to ${level} commands`);
      };
      const lowered = lowerSurgery(surgery, { properties, rows, depth, progress });
      const { answered, refused } = lowered.table;
      return {
        program: lowered.program,
        parameters: { depth },
        bounds:
          `up to ${many(depth, "command")}, ${many(surgery.names.length, "new node")} at once; ` +
          `${count(answered)} commands answered, ${count(refused)} refused`,
        statements: new Map(properties.map((each) => [each.name, each.statement])),
        writeLog: (path, finding) => writeLog(path, surgery, lowered.commandOf, finding),
      };
    },
  };
}

function depthOf({ name, depth }: Surgery, given: ReadonlyMap<string, number>): number {
  for (const [parameter, value] of given) {
    const problem =
      parameter !== "depth"
        ? `has no parameter '${parameter}'; it has: depth`
        : value < 1 || value > DEPTH_MAX
          ? `is not checked with depth=${value}; give 1 to ${DEPTH_MAX}`
          : null;
    if (problem !== null) throw new BlockgraphError("bad-argument", `model '${name}' ${problem}`);
  }
  return given.get("depth") ?? depth;
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

function many(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function count(number: number): string {
  return number.toLocaleString("en");
}
