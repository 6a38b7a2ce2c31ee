/**
 * A short way into a component, and a short way round in it that is fair.
 *
 * The way in is a shortest one. The way round is made of shortest pieces, each to the nearest step
 * that satisfies a demand which is still open, and back; that is not always the shortest there is,
 * but no step in it is without a purpose.
 */
import type { Component } from "./components.ts";
import { type Demand, satisfies } from "./fairness.ts";
import type { StateGraph } from "./state-graph.ts";

export interface Lasso {
  /** states from the initial one to the first of the loop */
  readonly stem: readonly number[];
  /** states after it, back to it; empty: it is stayed in */
  readonly loop: readonly number[];
}

export function lassoInto(
  graph: StateGraph,
  component: Component,
  demands: readonly Demand[],
): Lasso {
  // Numbers are given in breadth-first order, so the smallest is one of the nearest.
  const entry = component.reduce((nearest, state) => Math.min(nearest, state));
  const stem = [entry];
  for (let at = graph.parents.at(entry); at >= 0; at = graph.parents.at(at)) stem.unshift(at);
  return { stem, loop: roundFrom(graph, entry, new Set(component), demands) };
}

function roundFrom(
  graph: StateGraph,
  entry: number,
  members: ReadonlySet<number>,
  demands: readonly Demand[],
): number[] {
  if (demands.length === 0 && !returns(graph, entry)) return [];
  const loop: number[] = [];
  let open = demands;
  let at = entry;
  do {
    const wanted = open;
    const goal = (edge: number) =>
      wanted.length === 0
        ? graph.target(edge) === entry
        : wanted.some((demand) => satisfies(graph, edge, demand));
    const path = shortest(graph, at, members, goal);
    for (const edge of path) {
      loop.push(graph.target(edge));
      at = graph.target(edge);
      open = open.filter((demand) => !satisfies(graph, edge, demand));
    }
  } while (open.length > 0 || at !== entry);
  return loop;
}

function returns(graph: StateGraph, state: number): boolean {
  for (let edge = graph.firstEdge(state); edge < graph.endEdge(state); edge++) {
    if (graph.target(edge) === state) return true;
  }
  return false;
}

/** Edges of a shortest path within the members whose last edge is a goal. */
function shortest(
  graph: StateGraph,
  from: number,
  members: ReadonlySet<number>,
  goal: (edge: number) => boolean,
): number[] {
  const reached = new Map<number, { edge: number; before: number }>();
  const queue = [from];
  for (const state of queue) {
    for (let edge = graph.firstEdge(state); edge < graph.endEdge(state); edge++) {
      const target = graph.target(edge);
      if (!members.has(target)) continue;
      if (goal(edge)) return [...pathTo(reached, state, from), edge];
      if (target === from || reached.has(target)) continue;
      reached.set(target, { edge, before: state });
      queue.push(target);
    }
  }
  return [];
}

function pathTo(
  reached: ReadonlyMap<number, { edge: number; before: number }>,
  state: number,
  from: number,
): number[] {
  const edges: number[] = [];
  for (let at = state; at !== from; ) {
    const step = reached.get(at);
    if (step === undefined) break;
    edges.unshift(step.edge);
    at = step.before;
  }
  return edges;
}
