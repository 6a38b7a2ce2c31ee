/**
 * A trace as text: one line for each step, with who did what, and what changed.
 *
 *     1   guest 0    choose cluster 0, value 1   choosing -> claiming; cluster[0] none -> 0
 */
import type { Program } from "../../check/program/program.ts";
import type { Step } from "../../check/program/state.ts";
import type { Trace, TraceStep } from "../../check/result.ts";
import { type Change, instanceLabel, traceChanges } from "./changes.ts";

/** The lines of a trace, in order; a lasso says where it begins to repeat. */
export function traceLines(program: Program, trace: Trace): string[] {
  const changes = traceChanges(program, trace);
  const rows = trace.steps.map((taken, index) => [
    String(index + 1),
    whoOf(program, taken),
    whatOf(program, taken),
    changesText(program, taken, changes[index] ?? []),
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map(([number = "", who = "", text = "", changed = ""]) => {
    const [first = 0, second = 0, third = 0] = widths;
    const cells = [number.padStart(first), who.padEnd(second), text.padEnd(third), changed];
    return `  ${cells.join("   ")}`.trimEnd();
  });
  if (trace.loop === null) return lines;
  const mark = "  and from here on, for ever:";
  return [...lines.slice(0, trace.loop), mark, ...lines.slice(trace.loop)];
}

/** Who took the step. */
export function whoOf(program: Program, { step }: TraceStep): string {
  return instanceLabel(program, step.process, step.instance);
}

/** What was done, without saying again by whom. */
export function whatOf(program: Program, taken: TraceStep): string {
  const { process, instance, text } = taken.step;
  const names = [`${process} ${instance}`, whoOf(program, taken)];
  const said = names.find((name) => text.startsWith(`${name} `) || text.startsWith(`${name}: `));
  return said === undefined ? text : text.slice(said.length).replace(/^:? /, "");
}

/** The changes of a step in one line. What belongs to whoever took it is named without him. */
function changesText(program: Program, { step }: TraceStep, changes: readonly Change[]): string {
  return changes
    .map((change) => {
      const { kind, name, index, before, after } = change;
      const own = kind === "process" && name === step.process && index === step.instance;
      return `${own ? "" : `${ownLabel(program, step, change)} `}${before} -> ${after}`;
    })
    .join("; ");
}

/** `address` of `guest.address[0]` if it is guest 0 who took the step. */
function ownLabel({ fields, processes }: Program, step: Step, change: Change): string {
  const { kind, name, index, label } = change;
  const instances = processes.find((process) => process.name === step.process)?.instances ?? 1;
  const prefix = [`${step.process} `, `${step.process}.`].find((text) => name.startsWith(text));
  if (kind === "process" || prefix === undefined) return label;
  const short = name.slice(prefix.length);
  const count = fields.find((field) => field.name === name)?.count ?? 1;
  if (instances > 1 && count !== instances) return label;
  if (instances === 1) return count === 1 ? short : `${short}[${index}]`;
  return index === step.instance ? short : label;
}
