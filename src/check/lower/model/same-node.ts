/**
 * Whether a node does the same in two graphs: it and everything below it has the same charts, the
 * same place, and the same children. Charts are compared by identity, as equal ones are tabulated
 * once.
 */
import type { SystemNode } from "../../../system/system.ts";

const COMPARED = [
  ...(["name", "driver", "length", "shift", "readOnly", "unmap", "clusterSize", "image"] as const),
  ...(["cluster", "node", "requests", "tasks"] as const),
] as const;

export function isSameNode(one: SystemNode, other: SystemNode): boolean {
  if (one === other) return true;
  if (COMPARED.some((key) => one[key] !== other[key])) return false;
  if (one.children.size !== other.children.size) return false;
  return [...one.children].every(([edge, child]) => {
    const counterpart = other.children.get(edge);
    return counterpart !== undefined && isSameNode(child, counterpart);
  });
}
