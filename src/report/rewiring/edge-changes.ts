/**
 * What a command did to the edges of a graph: which are new, gone, lead elsewhere, or ask for
 * something else.
 */
import type { Edge, Graph } from "../../graph/graph.ts";
import { masksText, permissionNames } from "../../graph/permission.ts";

export interface EdgeChange {
  /** `hook file`: whose edge it is, and what it is called */
  readonly what: string;
  /** null: there was none */
  readonly before: Edge | null;
  /** null: there is none */
  readonly after: Edge | null;
}

/** Edges that are not what they were, those of the graph before first. */
export function edgeChanges(before: Graph, after: Graph): EdgeChange[] {
  const [old, now] = [edgesByName(before), edgesByName(after)];
  const all = [...new Set([...old.keys(), ...now.keys()])];
  return all.flatMap((what) => {
    const change = { what, before: old.get(what) ?? null, after: now.get(what) ?? null };
    return edgeValue(change.before) === edgeValue(change.after) ? [] : [change];
  });
}

/** Oldest first. */
export function edgesByName({ edges }: Graph): Map<string, Edge> {
  return new Map(edges.toReversed().map((edge) => [nameOf(edge), edge]));
}

/** A job holds several nodes by edges of one name. */
function nameOf({ parent, name, child }: Edge): string {
  const which = parent.kind === "job" ? ` (${child})` : "";
  return parent.kind === "node" ? `${parent.name} ${name}` : `${parent.name}${which}`;
}

/** `disk [RW/RU]`: where an edge leads, what it requires, what it shares. */
export function edgeValue(edge: Edge): string;
export function edgeValue(edge: Edge | null): string | null;
export function edgeValue(edge: Edge | null): string | null {
  if (edge === null) return null;
  return `${edge.child} ${masksText(permissionNames(edge.perm), permissionNames(edge.shared))}`;
}
