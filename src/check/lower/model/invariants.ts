/**
 * Invariants as code that is asked in every state: what they say of the states of charts is in
 * tables.
 */
import type { ClusterInvariant, Invariant, NodeInvariant } from "../../../system/invariant.ts";
import type { SystemNode } from "../../../system/system.ts";
import { binary, field, judge, local, loop, not, table } from "../../program/build.ts";
import type { Statement } from "../../program/program.ts";
import { clusterField, nodeField } from "./clusters.ts";

interface Lowered {
  readonly tables: Readonly<Record<string, readonly number[]>>;
  readonly code: readonly Statement[];
}

/**
 * What is asked of a node, whose charts are complete.
 * @param clusters that it has, as far as they are kept
 */
export function invariantsOf(
  invariants: readonly Invariant[],
  node: SystemNode,
  clusters: number,
): readonly Lowered[] {
  return invariants
    .filter(({ chart }) => chart === node.cluster?.name)
    .map((invariant) =>
      "holds" in invariant ? ofEach(invariant, node, clusters) : ofAll(invariant, node, clusters),
    );
}

function ofEach(invariant: ClusterInvariant, node: SystemNode, clusters: number): Lowered {
  const kept = `${node.name} ${invariant.name}`;
  const holds = (node.cluster?.states ?? []).map((state) => (invariant.holds(state) ? 1 : 0));
  const broken = not(table(kept, field(clusterField(node.name), "each")));
  const code = [loop("each", 0, clusters, [judge(invariant.name, 1, broken)])];
  return { tables: { [kept]: holds }, code };
}

function ofAll(invariant: NodeInvariant, node: SystemNode, clusters: number): Lowered {
  const [counted, limit] = [
    `${node.name} ${invariant.name}`,
    `${node.name} ${invariant.name} limit`,
  ];
  if (node.node?.name !== invariant.nodeChart) return { tables: {}, code: [] };
  const tables = {
    [counted]: (node.cluster?.states ?? []).map((state) => invariant.counts(state)),
    [limit]: node.node.states.map((state) => invariant.limit(state)),
  };
  const weight = table(counted, field(clusterField(node.name), "each"));
  const broken = binary("sum", ">", table(limit, field(nodeField(node.name))));
  const code = [
    local("sum", 0),
    loop("each", 0, clusters, [local("sum", binary("sum", "+", weight))]),
    judge(invariant.name, 1, broken),
  ];
  return { tables, code };
}
