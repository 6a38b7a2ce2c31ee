/**
 * An explanation as people read it, and its graphs for Mermaid and Graphviz.
 *
 * An edge is written as in QEMU's circles: `cbw --file[RW/RU]--> active`, what it requires before
 * the slash, what it shares after it; R consistent read, W write, U write unchanged, S resize.
 */
import { masksText } from "../../graph/permission.ts";
import type { ExplainedCommand, ExplainedEdge, Explanation } from "./explanation.ts";

/** How a conflict's graph is drawn. */
export type GraphFormat = "text" | "mermaid" | "dot";

/** The whole explanation, line by line. */
export function explanationText(explanation: Explanation, format: GraphFormat): string[] {
  const width = String(explanation.commands.length).length;
  const lines = explanation.commands.flatMap((command) => commandLines(command, width, format));
  const refused = explanation.commands.filter(({ verdict }) => verdict === "refused").length;
  const count = `${explanation.commands.length} commands, ${refused} refused`;
  return [
    ...lines,
    "",
    `${count} (${explanation.profile})`,
    ...graphLines(explanation.edges, [], format).map((line) => `  ${line}`),
  ];
}

function commandLines(command: ExplainedCommand, width: number, format: GraphFormat): string[] {
  const { number, verdict, execute, error, predicts, conflict, moves } = command;
  const what = `${execute}  ${subject(command)}`;
  const head = `${String(number).padStart(width)}  ${verdict.padEnd(8)}  ${what}`;
  const indent = " ".repeat(width + 2);
  const moved = moves.map(
    ({ parent, name, from, to }) => `${indent}moves ${parent.name} --${name}--> ${from} to ${to}`,
  );
  if (error === null) return [head, ...moved];
  const instead = predicts === null ? [] : [`QEMU does not refuse this: it ${DOES[predicts]}`];
  const why = conflict === null ? [] : conflictLines(conflict, format);
  return [head, ...[error, ...instead, ...why].map((line) => `${indent}${line}`)];
}

const DOES = { abort: "aborts", crash: "crashes", hang: "hangs" } as const;

function conflictLines(
  conflict: NonNullable<ExplainedCommand["conflict"]>,
  format: GraphFormat,
): string[] {
  const { requiring, unsharing, required, unshared, edges } = conflict;
  const [permission = ""] = conflict.permissions;
  const helps = conflict.remedies.map((text) => `- ${text}`);
  return [
    "the graph that was asked for:",
    ...graphLines(edges, [requiring, unsharing], format).map((line) => `  ${line}`),
    `who requires ${permission}:`,
    ...required.map((step) => `  ${edgeText(step.edge)}  ${REASONS[step.why]}`),
    `who does not share ${permission}:`,
    ...unshared.map((step) => `  ${edgeText(step.edge)}  ${REASONS[step.why]}`),
    helps.length === 0
      ? "no single change that was tried would help"
      : "each of these would help (it was tried):",
    ...helps.map((line) => `  ${line}`),
  ];
}

const REASONS = {
  "handed-on": "because of its parent:",
  rule: "by the rule of its driver",
  user: "as it was added",
} as const;

/** What a command is about, in a few words. */
function subject({ arguments: given }: ExplainedCommand): string {
  const names = ["node-name", "id", "job-id", "path", "node", "device"];
  const named = names.map((name) => given[name]).find((value) => typeof value === "string");
  const driver = typeof given.driver === "string" ? ` (${given.driver})` : "";
  return `${typeof named === "string" ? named : ""}${driver}`;
}

function graphLines(
  edges: readonly ExplainedEdge[],
  conflicting: readonly ExplainedEdge[],
  format: GraphFormat,
): string[] {
  const marked = (edge: ExplainedEdge) =>
    conflicting.some((other) => edgeText(other) === edgeText(edge));
  const drawn = edges.toReversed();
  if (format === "text") {
    return drawn.map((edge) => `${marked(edge) ? "!" : " "} ${edgeText(edge)}`);
  }
  const label = (edge: ExplainedEdge) => `${edge.name} ${masksOf(edge)}`;
  const [from, to] = [
    (edge: ExplainedEdge) => `${edge.parent.kind} ${edge.parent.name}`,
    (edge: ExplainedEdge) => `node ${edge.child}`,
  ];
  const ends = [...new Set(drawn.flatMap((edge) => [from(edge), to(edge)]))];
  const id = (end: string) => `n${ends.indexOf(end)}`;
  const text = (end: string) => JSON.stringify(end.replace(/^node /, ""));
  if (format === "dot") {
    return [
      "digraph {",
      ...ends.map((end) => `  ${id(end)} [label=${text(end)}]`),
      ...drawn.map((edge) => {
        const colour = marked(edge) ? ", color=red" : "";
        const label_ = JSON.stringify(label(edge));
        return `  ${id(from(edge))} -> ${id(to(edge))} [label=${label_}${colour}]`;
      }),
      "}",
    ];
  }
  return [
    "graph TD",
    ...ends.map((end) => `  ${id(end)}[${text(end)}]`),
    ...drawn.map((edge) => {
      const arrow = marked(edge) ? "==>" : "-->";
      return `  ${id(from(edge))} ${arrow}|${JSON.stringify(label(edge))}| ${id(to(edge))}`;
    }),
  ];
}

/** `cbw --file[RW/RU]--> active` */
function edgeText(edge: ExplainedEdge): string {
  return `${edge.parent.name} --${edge.name}${masksOf(edge)}--> ${edge.child}`;
}

function masksOf({ perm, "shared-perm": shared }: ExplainedEdge): string {
  return masksText(perm, shared);
}
