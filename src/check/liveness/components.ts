/**
 * Strongly connected components of a part of the state graph: Tarjan's algorithm (1972), with a
 * stack of its own instead of recursion.
 */
import type { StateGraph } from "./state-graph.ts";

/** Numbers of states. */
export type Component = readonly number[];

/**
 * Hands over every component of the states in `within` as it is completed.
 * @param within 1 for the states that count, by number; steps to others are ignored
 */
export function components(
  graph: StateGraph,
  within: Uint8Array,
  found: (component: Component) => void,
): void {
  const order = new Int32Array(graph.size);
  const low = new Int32Array(graph.size);
  const onStack = new Uint8Array(graph.size);
  const stack: number[] = [];
  const path: number[] = [];
  const edges: number[] = [];
  let visited = 0;

  const enter = (state: number) => {
    order[state] = ++visited;
    low[state] = visited;
    onStack[state] = 1;
    stack.push(state);
    path.push(state);
    edges.push(graph.firstEdge(state));
  };

  const leave = (state: number) => {
    path.pop();
    edges.pop();
    const parent = path.at(-1);
    if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[state] ?? 0);
    if (low[state] !== order[state]) return;
    const component = stack.splice(stack.lastIndexOf(state));
    for (const member of component) onStack[member] = 0;
    found(component);
  };

  for (let root = 0; root < graph.size; root++) {
    if (within[root] !== 1 || order[root] !== 0) continue;
    enter(root);
    while (path.length > 0) {
      const top = path.length - 1;
      const state = path[top] ?? 0;
      const edge = edges[top] ?? 0;
      if (edge === graph.endEdge(state)) {
        leave(state);
        continue;
      }
      edges[top] = edge + 1;
      const target = graph.target(edge);
      if (within[target] !== 1) continue;
      if (order[target] === 0) enter(target);
      else if (onStack[target] === 1) {
        low[state] = Math.min(low[state] ?? 0, order[target] ?? 0);
      }
    }
  }
}
