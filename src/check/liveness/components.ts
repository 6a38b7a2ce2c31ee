/**
 * Strongly connected components of a part of the state graph: Tarjan's algorithm (1972), with a
 * stack of its own instead of recursion, and in pieces.
 */
import { at } from "../search/store.ts";
import type { StateGraph } from "./state-graph.ts";

/** Numbers of states. */
export type Component = Int32Array;

/** Edges that are followed between two breaks. */
const PIECE = 2 ** 18;

/** Stands for the order of states whose component is complete. */
const COMPLETE = 2 ** 31 - 1;

/**
 * Hands over every component of the states in `within` as it is completed; each is valid during
 * that call only. Yields now and then, so that others get their turn.
 * @param within 1 for the states that count, by number; steps to others are ignored
 */
export function* components(
  graph: StateGraph,
  within: Uint8Array,
  found: (component: Component) => void,
): Generator<void, void> {
  const { firsts, targets } = graph.arrays;
  const { size } = graph;
  const order = new Int32Array(size);
  const low = new Int32Array(size);
  const stack = new Int32Array(size);
  const path = new Int32Array(size);
  const edges = new Int32Array(size);
  let [visited, stacked, depth, followed] = [0, 0, 0, 0];

  const enter = (state: number) => {
    order[state] = ++visited;
    low[state] = visited;
    stack[stacked++] = state;
    path[depth] = state;
    edges[depth++] = at(firsts, state);
  };

  const leave = (state: number) => {
    depth--;
    if (depth > 0) {
      const parent = at(path, depth - 1);
      low[parent] = Math.min(at(low, parent), at(low, state));
    }
    if (low[state] !== order[state]) return;
    const end = stacked;
    do stacked--;
    while (stack[stacked] !== state);
    const component = stack.subarray(stacked, end);
    for (const member of component) order[member] = COMPLETE;
    found(component);
  };

  for (let root = 0; root < size; root++) {
    if (within[root] !== 1 || order[root] !== 0) continue;
    enter(root);
    while (depth > 0) {
      if (++followed % PIECE === 0) yield;
      const state = at(path, depth - 1);
      const edge = at(edges, depth - 1);
      if (edge === firsts[state + 1]) {
        leave(state);
        continue;
      }
      edges[depth - 1] = edge + 1;
      const target = at(targets, edge);
      if (within[target] !== 1) continue;
      const reached = at(order, target);
      if (reached === 0) enter(target);
      else if (reached < at(low, state)) low[state] = reached;
    }
  }
}
