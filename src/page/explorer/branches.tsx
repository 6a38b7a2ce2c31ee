/**
 * The states that were visited, as a tree: what follows one another stands below one another, and
 * only where ways part a line begins further right.
 */
import type { TreeView } from "../../explorer/session/exploration.ts";
import { tree, view, visit } from "./store.ts";

/** More would not be looked through; the last ones are shown. */
const MOST = 400;
/** Deeper ones stand as far right. */
const DEEPEST = 12;

interface Row {
  readonly state: TreeView;
  readonly level: number;
}

/** In the order of a walk that goes down the first branch last, so that it stays on its line. */
function rowsOf(states: readonly TreeView[]): Row[] {
  const children = new Map<number, TreeView[]>();
  for (const state of states) {
    if (state.parent === null) continue;
    children.set(state.parent, [...(children.get(state.parent) ?? []), state]);
  }
  const rows: Row[] = [];
  const [first] = states;
  const waiting = first === undefined ? [] : [{ state: first, level: 0 }];
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    rows.push(row);
    const { level } = row;
    const [main, ...others] = children.get(row.state.id) ?? [];
    if (main !== undefined) waiting.push({ state: main, level });
    waiting.push(...others.reverse().map((state) => ({ state, level: level + 1 })));
  }
  return rows;
}

export function Branches() {
  const rows = rowsOf(tree.value);
  const left = Math.max(0, rows.length - MOST);
  return (
    <section class="panel explorer-panel" aria-label="Visited states">
      <h2>Visited states</h2>
      {left > 0 && <p>{left} more are not shown.</p>}
      <ul class="explorer-tree">
        {rows.slice(left).map(({ state, level }) => (
          <li key={state.id} class={`level-${Math.min(level, DEEPEST)}`}>
            <button
              type="button"
              aria-current={state.id === view.value?.id ? "step" : undefined}
              onClick={() => visit(state.id)}
            >
              {state.id} {state.reached || "the beginning"}
              {state.violated.length > 0 && (
                <span class="tone-bad explorer-note"> ✕ {state.violated.join(", ")}</span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
