/**
 * The words that conditions on a program are made of: its fields and processes, as counterexamples
 * print them, and what their values are called.
 */
import { restsOf } from "../../check/program/nodes.ts";
import type { Program } from "../../check/program/program.ts";
import { wordsOf } from "./words.ts";

/** A field or a process, as one speaks of it. */
export interface Noun {
  readonly kind: "field" | "process";
  readonly name: string;
  /** the name in the words by which it is recognised */
  readonly words: readonly string[];
  /** elements, or instances */
  readonly count: number;
  /** values are in [0, size) */
  readonly size: number;
  /** what they are called; null: they are numbers */
  readonly values: readonly NounValue[] | null;
}

export interface NounValue {
  readonly name: string;
  readonly words: readonly string[];
  /** another word for it; null: there is none */
  readonly synonym: string | null;
}

/**
 * What else people call a value, by how its name ends: who reads what the hook guards straight from
 * the disk keeps its area frozen meanwhile (`frozen_read_reqs` in block/copy-before-write.c).
 */
const SYNONYMS: readonly (readonly [string, string])[] = [
  ["reading disk", "frozen"],
  ["reading source", "frozen"],
];

export type Vocabulary = readonly Noun[];

/** Processes first, then fields, in the program's order. */
export function vocabularyOf(program: Program): Vocabulary {
  const named = (name: string): NounValue => ({
    name,
    words: wordsOf(name),
    synonym: SYNONYMS.find(([end]) => name.endsWith(end))?.[1] ?? null,
  });
  return [
    ...program.processes.map((process): Noun => {
      const rests = restsOf(process);
      const { name, instances } = process;
      const values = rests.map(named);
      const words = wordsOf(name);
      return { kind: "process", name, words, count: instances, size: rests.length, values };
    }),
    ...program.fields.map(({ name, size, count, values }): Noun => {
      const names = values === null ? null : values.slice(0, size).map(named);
      return { kind: "field", name, words: wordsOf(name), count, size, values: names };
    }),
  ];
}

/** `cluster[1]`, `guest 1`; of one alone, its name. */
export function labelOf({ kind, name, count }: Noun, index: number): string {
  if (count === 1) return name;
  return kind === "field" ? `${name}[${index}]` : `${name} ${index}`;
}

/** The names of everything, each once. */
export function vocabularyNames(vocabulary: Vocabulary): string[] {
  return [...new Set(vocabulary.map(({ name }) => name))];
}
