/**
 * What breaks a surgery, without a search: the table of its graphs has every shortest way already.
 */
import type { QmpCommand } from "../../../graph/commands.ts";
import type { GraphTable } from "./tabulate-graphs.ts";

/** The commands after the setup, the last of which breaks a property; null: none of them does. */
export function shortestBreaking({ commands }: GraphTable): readonly QmpCommand[] | null {
  // Graphs are numbered in the order in which they were met, so what leads to one comes before it.
  const ways = new Map<number, readonly QmpCommand[]>([[0, []]]);
  for (const [number, following] of commands.entries()) {
    const way = ways.get(number) ?? [];
    for (const { command, next, broken } of following) {
      if (broken.size > 0) return [...way, command];
      if (next !== null) ways.set(next, [...way, command]);
    }
  }
  return null;
}
