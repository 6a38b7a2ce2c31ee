/**
 * The nodes of a process by their names, and its rests by number: asked for wherever a program is
 * read, and worked out once for each process.
 */
import type { Node, Process } from "./program.ts";

interface NodeIndex {
  readonly byName: ReadonlyMap<string, Node>;
  readonly rests: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
}

const indices = new WeakMap<Process, NodeIndex>();

function indexOf(process: Process): NodeIndex {
  const known = indices.get(process);
  if (known !== undefined) return known;
  const rests = process.nodes.filter(({ kind }) => kind === "rest").map(({ name }) => name);
  const index = {
    byName: new Map(process.nodes.map((node) => [node.name, node])),
    rests,
    numbers: new Map(rests.map((name, number) => [name, number])),
  };
  indices.set(process, index);
  return index;
}

/** The node of a name, if there is one. */
export function nodeNamed(process: Process, name: string): Node | undefined {
  return indexOf(process).byName.get(name);
}

/** Names of the rests of a process, by the number that a packed state has for them. */
export function restsOf(process: Process): readonly string[] {
  return indexOf(process).rests;
}

/** The number of a rest; -1: the process has none of that name. */
export function restNumber(process: Process, name: string): number {
  return indexOf(process).numbers.get(name) ?? -1;
}
