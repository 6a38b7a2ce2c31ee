/**
 * Requests in the order that a node recommends, as code: what is wanted later waits as long as
 * there is something that is wanted sooner (src/system/request-source.ts).
 */
import { rankOfReply } from "../../../system/recommendation.ts";
import { binary, block, field, local, loop, table, when } from "../../program/build.ts";
import type { Expression, Statement } from "../../program/program.ts";
import { clusterField } from "./clusters.ts";
import type { Geometry } from "./geometry.ts";
import type { PlannedActor } from "./plan.ts";

type Recommended = Pick<PlannedActor, "recommendedBy">;

/** When a cluster is wanted, by the state of its chart. */
export function rankTable({ recommendedBy }: Recommended): Record<string, readonly number[]> {
  const automaton = recommendedBy?.cluster ?? null;
  if (recommendedBy === null || automaton === null) return {};
  const ranks = automaton.states.map((_, state) =>
    rankOfReply(automaton.replyTo(state, "RECOMMEND")),
  );
  return { [rankOf(recommendedBy.name)]: ranks };
}

/** Blocks a request that begins in a later cluster than it could. Local `start` is its cell. */
export function unlessLater({ recommendedBy }: Recommended, geometry: Geometry): Statement[] {
  if (recommendedBy === null || recommendedBy.cluster === null) return [];
  const { name, length } = recommendedBy;
  const rank = (cluster: Expression) => table(rankOf(name), field(clusterField(name), cluster));
  return [
    local("rank", rank(binary("start", "/", geometry.clusterCells))),
    loop("each", 0, geometry.clusters(length), [
      when(binary(rank({ kind: "local", name: "each" }), "<", "rank"), [block]),
    ]),
  ];
}

const rankOf = (node: string) => `${node} rank`;
