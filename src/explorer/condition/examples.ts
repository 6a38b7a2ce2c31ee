/**
 * Conditions that somebody could ask for of a program, to see what they look like.
 */
import { restsOf } from "../../check/program/nodes.ts";
import type { Program } from "../../check/program/program.ts";
import { parseCondition } from "./parse.ts";
import { type Noun, vocabularyOf } from "./vocabulary.ts";

/** Each is understood. None for a program with nothing to speak of. */
export function exampleConditions(program: Program): string[] {
  const vocabulary = vocabularyOf(program);
  const moving = program.processes.filter(
    (process) => restsOf(process).length > 1 && process.name !== "commands",
  );
  const processes = vocabulary.filter(
    ({ kind, name }) => kind === "process" && moving.some((process) => process.name === name),
  );
  const [one] = processes;
  const other = processes[1] ?? one;
  const cluster = vocabulary.find(
    ({ kind, values }) => kind === "field" && (values?.length ?? 0) > 2,
  );
  const texts = [
    joined(" and ", atom(cluster, "1"), atom(other, "0")),
    joined(" or ", atom(one, "every"), atom(other, "any")),
    joined(" and ", atom(cluster, "at least 2"), negated(atom(other, "any"))),
  ];
  const understood = texts.filter((text) => parseCondition(text, vocabulary).kind === "condition");
  return [...new Set(understood)];
}

/** Empty: there is nothing to say of it. */
function atom(noun: Noun | undefined, which: string): string {
  const value = noun === undefined ? undefined : laterValue(noun);
  if (noun === undefined || value === undefined) return "";
  if (noun.count === 1) return `${noun.name} ${value}`;
  if (/^\d/.test(which)) return `${noun.name} ${which} ${value}`;
  return `${which} ${noun.name}${/\d$/.test(which) ? "s" : ""} ${value}`;
}

/** Where it does not begin: its last rest, or the last of the words that its values begin with. */
function laterValue({ kind, values }: Noun): string | undefined {
  const names = (values ?? []).map(({ name }) => name);
  if (kind === "process") return names.at(-1);
  return [...new Set(names.map((name) => name.split(/[\s·]+/)[0] ?? ""))].at(-1);
}

function negated(text: string): string {
  return text === "" ? "" : `not ${text}`;
}

function joined(word: string, ...texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join(word);
}
