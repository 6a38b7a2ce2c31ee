/**
 * Delivering a notice as code of the program (src/system/tell.ts).
 */
import { binary, cover, field, local, loop, term, when } from "../../program/build.ts";
import type { Statement } from "../../program/program.ts";
import { type ChartTables, UNHANDLED } from "./charts.ts";
import { clusterField, nodeField, take } from "./clusters.ts";
import type { DeliveredNotice } from "./graph-phases.ts";

/** @param clusters that the node has, as far as they are kept */
export function tellCode(
  notice: DeliveredNotice,
  clusters: number,
  charts: ChartTables,
): Statement[] {
  const { told, event, chart } = notice;
  const automaton = chart === "node" ? told.node : told.cluster;
  const index = automaton?.event(event) ?? -1;
  const message = `node '${told.name}' is told ${event} by a command, and does not handle it`;
  if (automaton === null || index < 0) return [{ kind: "fail", message }];
  charts.add(automaton);
  const [name, at] =
    chart === "node"
      ? ([nodeField(told.name), 0] as const)
      : ([clusterField(told.name), term("cluster")] as const);
  const next = charts.next(automaton, field(name, at), index);
  const { waits } = charts.mayRefuse(automaton, index);
  const body: Statement[] = [
    ...(waits ? [when(binary(next, "==", UNHANDLED), [{ kind: "fail", message } as const])] : []),
    ...take(name, at, automaton, index, charts),
  ];
  return chart === "node" ? body : [loop("cluster", 0, clusters, only(notice, body, charts))];
}

function only({ asked, only: condition }: DeliveredNotice, body: Statement[], charts: ChartTables) {
  if (asked === null || condition === null) return body;
  const automaton = asked.cluster;
  const event = automaton?.event(condition.event) ?? -1;
  if (automaton === null || event < 0) return condition.matching ? [] : body;
  charts.add(automaton);
  const state = field(clusterField(asked.name), "cluster");
  const reply = automaton.replies.indexOf(condition.reply);
  const handled = binary(charts.next(automaton, state, event), "!=", UNHANDLED);
  const replies = binary(charts.reply(automaton, state, event), "==", reply);
  const [then, otherwise] = condition.matching ? [body, []] : [[], body];
  return [
    local("matches", 0),
    when(handled, [
      cover(charts.cover(automaton, state, event)),
      when(replies, [local("matches", 1)]),
    ]),
    when("matches", then, otherwise),
  ];
}
