/**
 * SPIN on one model: `spin -a`, gcc, and the verifier that comes of it.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface SpinCounts {
  readonly states: number;
  /** without the one by which SPIN comes to the initial state */
  readonly transitions: number;
  readonly errors: number;
  /** steps of the longest path, which for a breadth-first search is a shortest one */
  readonly depth: number;
  readonly properties: Readonly<Record<string, { judged: number; violated: number }>>;
  /** all that the verifier printed */
  readonly output: string;
}

/** @param more flags for gcc and the verifier besides those that the model asks for */
export function runSpin(
  folder: string,
  model: string,
  more: { readonly gcc?: readonly string[]; readonly pan?: readonly string[] } = {},
): SpinCounts {
  const flags = /^ \* {3}gcc (.*) -o pan pan\.c$/m.exec(model)?.[1]?.split(" ");
  if (flags === undefined) throw new Error("the model does not say how it is compiled");
  writeFileSync(join(folder, "model.pml"), model);
  const made = perform(folder, "spin", ["-a", "model.pml"]);
  if (made !== "") throw new Error(`spin has something to say: ${made}`);
  perform(folder, "gcc", [...flags, "-w", ...(more.gcc ?? []), "-o", "pan", "pan.c"]);
  return countsIn(perform(folder, "./pan", ["-n", "-m2000000", "-w20", ...(more.pan ?? [])]));
}

function perform(cwd: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return stdout + stderr;
  throw new Error(`${command} ${args.join(" ")} ends with ${status}: ${stdout}${stderr}`);
}

function countsIn(output: string): SpinCounts {
  const number = (pattern: RegExp) => {
    const text = pattern.exec(output)?.[1];
    if (text === undefined) throw new Error(`SPIN does not tell ${pattern}: ${output}`);
    return Number(text);
  };
  if (output.includes("max search depth too small")) throw new Error(output);
  const properties = [...output.matchAll(/^property (.*): judged (\d+), violated (\d+)$/gm)];
  return {
    states: number(/(\d+) states, stored/),
    transitions: number(/(\d+) transitions/) - 1,
    errors: number(/errors: (\d+)/),
    depth: number(/depth reached (\d+)/),
    properties: Object.fromEntries(
      properties.map(([, name = "", judged, violated]) => [
        name,
        { judged: Number(judged), violated: Number(violated) },
      ]),
    ),
    output,
  };
}
