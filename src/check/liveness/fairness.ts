/**
 * Whether a component can be stayed in for ever under weak fairness.
 *
 * Weak fairness of an instance: if from some point on it could always take a fair step, it does so
 * infinitely often. A run that visits all of a component for ever is fair to an instance that
 * cannot take a fair step in one of its states, or takes one within it. An instance for which
 * neither is true makes every run within the component unfair, so whole components are all that
 * needs to be looked at.
 *
 * A single state without a step to itself counts as well: where no instance can take a fair step,
 * nothing needs to happen any more.
 */
import type { Component } from "./components.ts";
import type { StateGraph } from "./state-graph.ts";

/** What a fair run must do again and again: be where an instance cannot go on, or let it. */
export interface Demand {
  readonly instance: number;
}

/**
 * The instances that a fair run within the component must be seen to treat fairly, that is those
 * that could take a fair step in the states of it; null: no run within it is fair.
 * @param instances how many there are
 */
export function demandsOf(
  graph: StateGraph,
  component: Component,
  instances: number,
): readonly Demand[] | null {
  const members = new Set(component);
  const enabledIn = new Int32Array(instances);
  const taken = new Uint8Array(instances);
  let inside = 0;
  for (const state of component) {
    const enabled = new Set<number>();
    for (let edge = graph.firstEdge(state); edge < graph.endEdge(state); edge++) {
      const label = graph.label(edge);
      const within = members.has(graph.target(edge));
      if (within) inside++;
      if ((label & 1) === 0) continue;
      enabled.add(label >> 1);
      if (within) taken[label >> 1] = 1;
    }
    for (const instance of enabled) enabledIn[instance] = (enabledIn[instance] ?? 0) + 1;
  }
  const demands: Demand[] = [];
  for (let instance = 0; instance < instances; instance++) {
    const times = enabledIn[instance] ?? 0;
    if (times === 0) continue;
    if (times === component.length && taken[instance] === 0) return null;
    demands.push({ instance });
  }
  return inside === 0 && demands.length > 0 ? null : demands;
}

/** Whether a step satisfies a demand: the instance takes a fair step, or cannot where it leads. */
export function satisfies(graph: StateGraph, edge: number, { instance }: Demand): boolean {
  if (graph.label(edge) === 2 * instance + 1) return true;
  const state = graph.target(edge);
  for (let next = graph.firstEdge(state); next < graph.endEdge(state); next++) {
    if (graph.label(next) === 2 * instance + 1) return false;
  }
  return true;
}
