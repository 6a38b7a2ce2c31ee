/**
 * What was checked, as every report names it.
 */
import type { Program } from "../../check/program/program.ts";

export interface CheckSubject {
  readonly model: string;
  readonly mutant: string | null;
  /** of the program that was checked, 16 hexadecimal digits */
  readonly digest: string;
  /** for people: `4 clusters, 3 guests` */
  readonly bounds: string;
  /** by name; empty for a model without */
  readonly parameters: Readonly<Record<string, number>>;
  /** the file that defines the model, from the root of the repository */
  readonly source: string;
  readonly program: Program;
}

/** `fleece`, or `fleece with mutant guest-does-not-drain`. */
export function subjectName({ model, mutant }: Pick<CheckSubject, "model" | "mutant">): string {
  return mutant === null ? model : `${model} with mutant ${mutant}`;
}
