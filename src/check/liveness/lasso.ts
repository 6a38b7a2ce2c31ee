/**
 * A short way into a component, and a short way round in it that is fair.
 *
 * The way in is a shortest one. The way round is made of shortest pieces, each to the nearest step
 * that satisfies a demand which is still open, and back; that is not always the shortest there is,
 * but no step in it is without a purpose.
 */
import { at } from "../search/store.ts";
import type { Component } from "./components.ts";
import { type Demand, satisfies } from "./fairness.ts";
import type { StateGraph } from "./state-graph.ts";

export interface Lasso {
  /** states from the initial one to the first of the loop */
  readonly stem: readonly number[];
  /** states after it, back to it; empty: it is stayed in */
  readonly loop: readonly number[];
}

/** Yields now and then, so that others get their turn. */
export function* lassoInto(
  graph: StateGraph,
  component: Component,
  demands: readonly Demand[],
): Generator<void, Lasso> {
  const { parents } = graph.arrays;
  // Numbers are given in breadth-first order, so the smallest is one of the nearest.
  const entry = component.reduce((nearest, state) => Math.min(nearest, state));
  const stem = [entry];
  for (let state = at(parents, entry); state >= 0; state = at(parents, state)) stem.push(state);
  const members = new Uint8Array(graph.size);
  for (const state of component) members[state] = 1;
  return { stem: stem.reverse(), loop: yield* roundFrom(graph, entry, members, demands) };
}

function* roundFrom(
  graph: StateGraph,
  entry: number,
  members: Uint8Array,
  demands: readonly Demand[],
): Generator<void, number[]> {
  const { targets } = graph.arrays;
  if (demands.length === 0 && !returns(graph, entry)) return [];
  const loop: number[] = [];
  let open = demands;
  let state = entry;
  do {
    const wanted = open;
    const goal = (edge: number) =>
      wanted.length === 0
        ? targets[edge] === entry
        : wanted.some((demand) => satisfies(graph, edge, demand));
    const path = yield* shortest(graph, state, members, goal);
    for (const edge of path) {
      state = at(targets, edge);
      loop.push(state);
      open = open.filter((demand) => !satisfies(graph, edge, demand));
    }
  } while (open.length > 0 || state !== entry);
  return loop;
}

function returns(graph: StateGraph, state: number): boolean {
  const { firsts, targets } = graph.arrays;
  return targets.subarray(at(firsts, state), at(firsts, state + 1)).includes(state);
}

/** States that are looked at between two breaks. */
const PIECE = 2 ** 15;

/** Edges of a shortest path within the members whose last edge is a goal. */
function* shortest(
  graph: StateGraph,
  from: number,
  members: Uint8Array,
  goal: (edge: number) => boolean,
): Generator<void, number[]> {
  const { firsts, targets } = graph.arrays;
  /** by state: 1 + the edge by which it was reached; 0: it was not */
  const reached = new Int32Array(graph.size);
  /** by state: where that edge begins */
  const before = new Int32Array(graph.size);
  const queue = [from];
  for (const [looked, state] of queue.entries()) {
    if (looked % PIECE === PIECE - 1) yield;
    const end = at(firsts, state + 1);
    for (let edge = at(firsts, state); edge < end; edge++) {
      const target = at(targets, edge);
      if (members[target] !== 1) continue;
      if (goal(edge)) return [...pathTo(reached, before, state, from), edge];
      if (target === from || reached[target] !== 0) continue;
      reached[target] = edge + 1;
      before[target] = state;
      queue.push(target);
    }
  }
  return [];
}

function pathTo(reached: Int32Array, before: Int32Array, to: number, from: number): number[] {
  const edges: number[] = [];
  for (let state = to; state !== from; state = at(before, state)) {
    edges.push(at(reached, state) - 1);
  }
  return edges.reverse();
}
