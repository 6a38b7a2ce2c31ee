/**
 * Where the permissions of an edge come from, in words: who wants each, and who hands it on.
 */
import { DRIVERS } from "../../drivers/registry.ts";
import type { Edge, Graph } from "../../graph/graph.ts";
import { originOf } from "../../graph/mask-origin.ts";
import {
  ALL_PERMISSIONS,
  CONSISTENT_READ,
  type Permissions,
  permissionText,
  RESIZE,
  WRITE,
  WRITE_UNCHANGED,
} from "../../graph/permission.ts";
import type { Profile } from "../../graph/profile.ts";

const PERMISSIONS = [CONSISTENT_READ, WRITE, WRITE_UNCHANGED, RESIZE];

/**
 * A line for each permission that an edge requires, or does not share.
 * @param known permissions that need no line: they were there before
 */
export function originLines(
  edge: Edge,
  which: "requires" | "unshares",
  { graph, profile }: { readonly graph: Graph; readonly profile: Profile },
  known: Permissions = 0,
): string[] {
  const mask = which === "requires" ? edge.perm : ALL_PERMISSIONS & ~edge.shared;
  const bits = PERMISSIONS.filter((bit) => (mask & ~known & bit) !== 0);
  return bits.map((bit) => {
    const steps = originOf(graph, edge, bit, which, { drivers: DRIVERS, profile });
    const last = steps.at(-1);
    const what = which === "requires" ? "needs" : "does not share";
    const from = last?.edge.parent.name ?? edge.parent.name;
    const driver = graph.nodes.get(from)?.driver;
    const why = last?.why === "user" ? `${from} wants it` : `a rule of ${driver ?? from} (${from})`;
    const way = steps.length > 1 ? `, handed on by ${handedOn(steps)}` : "";
    return `${what} ${permissionText(bit)}: ${why}${way}`;
  });
}

function handedOn(steps: readonly { readonly edge: Edge }[]): string {
  return steps
    .slice(0, -1)
    .map(({ edge }) => edge.parent.name)
    .toReversed()
    .join(", ");
}
