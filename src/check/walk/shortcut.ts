/**
 * The shortest way from the beginning of a path to its end over states of the path alone: wherever
 * a later state of it is a successor of an earlier one, what lies between is left out.
 */
import type { RunnableKernel } from "../compile/instantiate.ts";

type Path = readonly (readonly number[])[];

/** States that are expanded in one piece; some 20 ms. */
const PIECE = 2 ** 10;

/**
 * @param path packed states, each a successor of the one before
 * @returns yields now and then, since paths may be long
 */
export function* shortcut(path: Path, kernel: RunnableKernel): Generator<void, Path> {
  const start = path[0]?.join();
  const goal = path.at(-1)?.join();
  if (start === undefined || goal === undefined) return path;
  const states = new Map(path.map((state) => [state.join(), state]));
  const parents = new Map<string, string | null>([[start, null]]);
  // Breadth first: each state is expanded in the order in which it was reached.
  let expanded = 0;
  for (const name of parents.keys()) {
    if (name === goal) break;
    if (++expanded % PIECE === 0) yield;
    for (const successor of kernel.successors(states.get(name) ?? []).successors) {
      const next = successor.join();
      if (states.has(next) && !parents.has(next)) parents.set(next, name);
    }
  }
  const way: (readonly number[])[] = [];
  for (let name: string | null = goal; name !== null; name = parentOf(parents, name)) {
    way.push(states.get(name) ?? []);
  }
  return way.reverse();
}

function parentOf(parents: ReadonlyMap<string, string | null>, name: string): string | null {
  const parent = parents.get(name);
  if (parent !== undefined) return parent;
  throw new Error("internal: a walk took a step that there is not; please report this");
}
