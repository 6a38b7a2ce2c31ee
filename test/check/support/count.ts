/** The plainest search there is, to count what a kernel leads to. */
import { instantiate } from "../../../src/check/compile/instantiate.ts";
import type { Kernel } from "../../../src/check/kernel.ts";

export interface Count {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** steps of the shortest way to break a property; null: nothing breaks one */
  readonly broken: number | null;
}

export function count(kernel: Kernel): Count {
  const runnable = instantiate(kernel);
  const seen = new Set([kernel.initial.join()]);
  let level = [kernel.initial];
  const result = { transitions: 0, depth: 0, broken: null as number | null };
  for (let depth = 0; level.length > 0; depth++) {
    const next: (readonly number[])[] = [];
    for (const state of level) {
      const { successors, violated } = runnable.successors(state);
      result.transitions += successors.length;
      if (violated.length > 0) result.broken ??= depth + 1;
      for (const successor of successors) {
        const key = successor.join();
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(successor);
      }
    }
    result.depth = depth;
    level = next;
  }
  return { states: seen.size, ...result };
}
