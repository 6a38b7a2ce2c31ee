/**
 * The comment at the top of an exported model: what it is, how to run it, what to expect.
 */
import type { Program } from "../program/program.ts";

/** Bytes of a state that SPIN's verifiers take unless told otherwise. */
const VECTOR_BYTES = 1024;

/**
 * C flags that a verifier of an exported model needs: no reduction, safety only, sums that wrap.
 * @param stateBytes of a state at the most
 */
function compilerFlags(stateBytes: number): string {
  const flags = "-O2 -fwrapv -DSAFETY -DNOREDUCE";
  if (stateBytes <= VECTOR_BYTES) return flags;
  return `${flags} -DVECTORSZ=${2 ** Math.ceil(Math.log2(stateBytes))}`;
}

export function headLines(program: Program, stateBytes: number): string[] {
  const { name, liveness, properties } = program;
  const sometimes = properties.filter(({ promise }) => promise === "sometimes");
  const list = (names: readonly string[]) => [...new Set(names)].join(", ").replace(/\*\//g, "* /");
  return [
    "/*",
    ` * ${name.replace(/\*\//g, "* /")}: a model for SPIN, printed by blockgraph.`,
    " *",
    " *   spin -a model.pml",
    ` *   gcc ${compilerFlags(stateBytes)} -o pan pan.c`,
    " *   ./pan -n -m10000000",
    " *",
    " * 'states, stored' is the number of reachable states, and 'transitions' that of all steps",
    " * from them plus one, as SPIN counts its start as well: the numbers that blockgraph check",
    " * prints with all reductions off. A line for each property tells how often it was judged.",
    " * 'errors: 0' means that no property is violated, and that nothing deadlocks.",
    " *",
    " * With -c0 the search goes on after errors and counts everything; but a state",
    " * that is itself wrong, or a deadlock, may get one more transition, which reports it.",
    " * With -DBFS for gcc the first error has the fewest steps; ./pan -r -n then replays it.",
    ...(sometimes.length === 0
      ? []
      : [
          " * SPIN cannot say that something must happen sometimes: look whether these are judged",
          ` * at all: ${list(sometimes.map(({ name: property }) => property))}.`,
        ]),
    ...(liveness.length === 0
      ? []
      : [` * Liveness is not exported: ${list(liveness.map(({ property }) => property))}.`]),
    " */",
  ];
}
