/**
 * What a script in a page must know of a program besides its kernel: names, and where in a packed
 * state each value is.
 */
import type { Kernel } from "../../check/kernel.ts";
import type { Layout, PackedArray } from "../../check/layout.ts";
import { NO_DEADLOCK } from "../../check/only-properties.ts";
import { restsOf } from "../../check/program/nodes.ts";
import type { Program } from "../../check/program/program.ts";

/** An array of a packed state. */
interface NamedArray {
  readonly name: string;
  readonly isProcess: boolean;
  readonly count: number;
  /** bits of an element */
  readonly width: number;
  /** word and shift of every element */
  readonly places: readonly (readonly [number, number])[];
  /** what values are called; null: they are numbers */
  readonly values: readonly string[] | null;
}

export interface NamedProgram {
  readonly model: string;
  readonly bounds: string;
  /** by the kernel's numbers; the one after the last is that nobody is stuck */
  readonly properties: readonly { readonly name: string; readonly statement: string }[];
  /** of the program's own, whether they need to apply only somewhere */
  readonly sometimes: readonly boolean[];
  readonly failures: readonly string[];
  /** properties that are not looked at in a page */
  readonly notChecked: readonly string[];
  readonly arrays: readonly NamedArray[];
}

export function namedProgram(
  { model, bounds }: { readonly model: string; readonly bounds: string },
  program: Program,
  statements: ReadonlyMap<string, string>,
  { kernel, layout }: { readonly kernel: Kernel; readonly layout: Layout },
): NamedProgram {
  const named = (name: string) => ({ name, statement: statements.get(name) ?? "" });
  const processes = program.processes.map((process) =>
    namedArray(layout.rests.get(process.name), true, restsOf(process)),
  );
  const fields = program.fields.map(({ name, values }) =>
    namedArray(layout.fields.get(name), false, values),
  );
  return {
    ...{ model, bounds, failures: kernel.failures, arrays: [...processes, ...fields] },
    properties: [...kernel.properties, NO_DEADLOCK].map(named),
    sometimes: program.properties.map(({ promise }) => promise === "sometimes"),
    notChecked: [...new Set(program.liveness.map(({ property }) => property))],
  };
}

function namedArray(
  packed: PackedArray | undefined,
  isProcess: boolean,
  values: readonly string[] | null,
): NamedArray {
  if (packed === undefined) throw new Error("internal: a layout without one of its arrays");
  const { name, count, width, segments } = packed;
  const places = segments.flatMap(({ count: many, word, shift }) =>
    Array.from({ length: many }, (_, at) => [word, shift + at * width] as const),
  );
  return { name, isProcess, count, width, places, values };
}
