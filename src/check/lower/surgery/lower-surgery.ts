/**
 * A surgery as a program: one process, whose steps are the commands that lead to a graph first, and
 * one field, the number of the graph.
 *
 * Everything is in the tables. A command that leads to a graph which as short a sequence led to
 * already is not in there, for that was judged before. One that is refused, and breaks something,
 * leads to a last graph, in which nothing more happens. So the commands of a trace can be sent as
 * they stand, whatever names nodes have in the graph that stands for all like it.
 */
import type { QmpCommand } from "../../../graph/commands.ts";
import type { GraphProperty, Surgery } from "../../../system/surgery.ts";
import {
  binary,
  block,
  field,
  goto,
  judge,
  local,
  set,
  table,
  term,
  when,
} from "../../program/build.ts";
import type { Program, Statement } from "../../program/program.ts";
import { alternative } from "../model/carrier.ts";
import type { GraphTable, TabulatedCommand } from "./tabulate-graphs.ts";

export const ADMINISTRATOR = "administrator";
const GRAPH = "graph";
const REST = "decides";

export interface LoweredSurgery {
  readonly program: Program;
  /** the command of a step @param choice what was chosen in the graph of that number */
  commandOf(graph: number, choice: number): QmpCommand;
}

/**
 * @param properties that the table was made with
 * @param made all of the graphs, or the first ones: no command leads on from the others
 */
export function lowerSurgery(
  { name: surgeryName }: Surgery,
  properties: readonly GraphProperty[],
  made: GraphTable,
): LoweredSurgery {
  const last = made.commands.length;
  const steps: TabulatedCommand[] = [];
  const [first, count]: [number[], number[]] = [[], []];
  for (const commands of made.commands) {
    first.push(steps.length);
    count.push(commands.length);
    for (const each of commands) steps.push(each);
  }
  first.push(steps.length);
  count.push(0);
  const texts = new Map<string, number>();
  const numbers = steps.map(({ command }) => {
    const text = `sends ${command.execute} ${JSON.stringify(command.arguments)}`;
    const known = texts.get(text) ?? texts.size;
    texts.set(text, known);
    return known;
  });
  const judged = properties.map(({ name }, index) => ({
    statement: judge(name, 1, table(name, "step")),
    name,
    values: steps.map((each) => (each.broken.has(index) ? 1 : 0)),
  }));
  const body: Statement[] = [
    local("here", field(GRAPH)),
    when(binary("choice", ">=", table("count", "here")), [block]),
    local("step", binary(table("first", "here"), "+", "choice")),
    local("command", table("command", "step")),
    ...judged.map(({ statement }) => statement),
    set(GRAPH, 0, table("next", "step")),
    goto(REST),
  ];
  const most = count.reduce((one, other) => Math.max(one, other), 1);
  const choices = [{ local: "choice", count: most }];
  const words = { command: [...texts.keys()] };
  const send = { ...alternative("command", "{command}", body, { choices }), words };
  const program: Program = {
    name: surgeryName,
    fields: [{ name: GRAPH, size: last + 1, count: 1, initial: [0], values: null }],
    tables: {
      ...{ first, count, command: numbers, next: steps.map(({ next }) => next ?? last) },
      ...Object.fromEntries(judged.map(({ name, values }) => [name, values])),
    },
    processes: [
      {
        name: ADMINISTRATOR,
        instances: 1,
        nodes: [{ kind: "rest", name: REST, alternatives: [send] }],
      },
    ],
    properties: properties.map(({ name }) => ({ name, promise: "always" })),
    ...{ everyState: [], liveness: [], symmetries: [], coverage: [] },
    // After the last command of all nothing happens, and nothing is wrong with that.
    final: term(1),
  };
  return {
    program,
    commandOf(graph, choice) {
      const step = steps[(first[graph] ?? 0) + choice];
      if (step === undefined) throw new RangeError(`graph ${graph} has no command ${choice}`);
      return step.command;
    },
  };
}
