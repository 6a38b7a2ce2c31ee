/**
 * A counterexample as a Mermaid sequence diagram, which GitHub, GitLab and many editors draw.
 *
 * Lifelines are those who take steps (`guest 0`, `reader 1`) and the things that they share
 * (`disk`, `cache`): every field that no process owns. A step is an arrow from who took it to each
 * shared thing that it changed; a step that only mentions one in its text points at that; any other
 * step is a note.
 */
import type { Program } from "../../check/program/program.ts";
import type { Finding, TraceStep } from "../../check/result.ts";
import { type Change, traceChanges } from "./changes.ts";
import { type CheckSubject, subjectName } from "./subject.ts";
import { whatOf, whoOf } from "./trace-lines.ts";

/** The diagram of one finding. */
export function mermaidDiagram(subject: CheckSubject, finding: Finding): string {
  const { program } = subject;
  const { trace } = finding;
  const shared = sharedFields(program);
  const changes = traceChanges(program, trace);
  const steps = trace.steps.map((taken, index) => {
    const arrows = arrowsOf(program, shared, taken, changes[index] ?? []);
    const [who, what] = [whoOf(program, taken), whatOf(program, taken)];
    return { actor: actorOf(taken), who, what, arrows, number: index + 1 };
  });
  const actors = new Map(steps.map(({ actor, who }) => [actor, who]));
  const touched = new Set(steps.flatMap(({ arrows }) => arrows.map(({ to }) => to)));
  const things = shared.filter((name) => touched.has(name));
  const lines = steps.map(({ actor, arrows, what, number }) =>
    stepLines(actor, arrows, `${number}. ${what}`),
  );
  const [last] = [...actors.keys()].slice(-1);
  const over = [...actors.keys()][0] ?? "";
  const span = last === undefined || last === over ? over : `${over},${last}`;
  const ending = `Note over ${span}: ${plain(`${finding.property}: ${finding.message}`)}`;
  return [
    "sequenceDiagram",
    `  %% ${subjectName(subject)}, ${subject.bounds}`,
    ...[...actors].sort(byName).map(([id, name]) => `  actor ${id} as ${plain(name)}`),
    ...things.map((name) => `  participant ${fieldId(name)} as ${plain(name)}`),
    ...withLoop(lines, trace.loop),
    ...(steps.length === 0 ? [] : [`  ${ending}`]),
    "",
  ].join("\n");
}

interface Arrow {
  /** name of a shared field */
  readonly to: string;
  /** what changed there; empty for a step that only mentions it */
  readonly changes: readonly string[];
}

/** Fields that belong to no process: what processes know each other by. */
function sharedFields({ fields, symmetries }: Program): string[] {
  const owned = symmetries.flatMap(({ processes, owned: stretches, members }) => [
    ...(processes.length === 0 ? [] : stretches.map(({ field }) => field)),
    ...members.flatMap((member) => member.fields),
  ]);
  return fields.map(({ name }) => name).filter((name) => !owned.includes(name));
}

function arrowsOf(
  program: Program,
  shared: readonly string[],
  { step }: TraceStep,
  changes: readonly Change[],
): Arrow[] {
  const changed = changes.filter(({ kind, name }) => kind === "field" && shared.includes(name));
  const arrows = new Map<string, string[]>();
  for (const { name, label, before, after } of changed) {
    const list = arrows.get(name) ?? [];
    arrows.set(name, [...list, `${label} ${before} -> ${after}`]);
  }
  if (arrows.size === 0) {
    const words = new Set(step.text.toLowerCase().split(/[^a-z0-9_-]+/));
    const mentioned = program.fields.find(
      ({ name }) => shared.includes(name) && words.has(name.toLowerCase()),
    );
    if (mentioned !== undefined) arrows.set(mentioned.name, []);
  }
  return [...arrows].map(([to, texts]) => ({ to, changes: texts }));
}

/** The text of the step is said once, with the first arrow. */
function stepLines(actor: string, arrows: readonly Arrow[], text: string): string[] {
  if (arrows.length === 0) return [`  Note over ${actor}: ${plain(text)}`];
  return arrows.map(({ to, changes }, index) => {
    const said = index === 0 ? [text] : [];
    const what = plain([...said, ...changes].join(", "));
    return `  ${actor}->>${fieldId(to)}: ${what}`;
  });
}

function withLoop(lines: readonly string[][], loop: number | null): string[] {
  if (loop === null) return lines.flat();
  const inside = lines.slice(loop).flat();
  const indented = inside.map((line) => `  ${line}`);
  return [...lines.slice(0, loop).flat(), "  loop for ever", ...indented, "  end"];
}

function actorOf({ step }: TraceStep): string {
  return `p_${idText(step.process)}_${step.instance}`;
}

function byName([, one]: [string, string], [, other]: [string, string]): number {
  return one.localeCompare(other, "en", { numeric: true });
}

function fieldId(name: string): string {
  return `f_${idText(name)}`;
}

/** Letters and digits stay; everything else becomes its code, so that no two names meet. */
function idText(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, (character) => `_${character.codePointAt(0) ?? 0}_`);
}

/** Mermaid ends a statement at `;` and begins a character code at `#`. */
function plain(text: string): string {
  const coded = text.replace(/[#;]/g, (character) => (character === "#" ? "#35;" : "#59;"));
  return coded.replace(/\s+/g, " ").trim();
}
