/**
 * A tree of states as rows: a way stays on its line as long as nobody left it.
 */
import type { TreeView } from "../../explorer/session/exploration.ts";

export interface BranchRow {
  readonly state: TreeView;
  /** how many times ways parted before it, and it is not on the first one */
  readonly level: number;
}

/** In the order of a walk that goes down the first branch last, so that it stays on its line. */
export function branchRows(states: readonly TreeView[]): BranchRow[] {
  const children = new Map<number, TreeView[]>();
  for (const state of states) {
    if (state.parent === null) continue;
    const siblings = children.get(state.parent);
    if (siblings === undefined) children.set(state.parent, [state]);
    else siblings.push(state);
  }
  const rows: BranchRow[] = [];
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
