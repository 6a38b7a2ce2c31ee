/**
 * Partial-order reduction: which teams' steps are enough to look at in a state.
 *
 * A set of teams will do if nothing that the others may ever do before one of them steps can meet
 * what these do next: then taking their steps first leaves out no order that makes a difference.
 * (A persistent set: Godefroid, Partial-Order Methods, 1996.) Every run ends, so no step is put off
 * for ever, and what every step reads, finds and writes in some run it does in a reduced one too:
 * the same states without successors are reached, and the same judgements, failures and chart
 * transitions are met. What a property of states reads is one element, and whatever value that
 * takes some step wrote. The order of the steps in a run may be another one, and a longer one.
 *
 * All is computed before the search, from the program alone: what teams can be at
 * ({@link contextsOf}), and what they do from there on. The search looks up contexts only.
 */
import { restsOf } from "../program/nodes.ts";
import type { Program } from "../program/program.ts";
import { columnsOf } from "./columns.ts";
import { type Context, contextsOf } from "./contexts.ts";
import { Elements } from "./elements.ts";
import { futuresOf } from "./future.ts";
import { Inseparable } from "./inseparable.ts";
import { requireLocalStates } from "./local-states.ts";
import { type Component, LookUp } from "./look-up.ts";
import { type TeamList, teamsOf } from "./team-list.ts";

export interface Reduction {
  /** by team: its instances, as numbers among all instances */
  readonly teams: readonly (readonly number[])[];
  /** by team: what is looked up, and where in `look` that begins */
  readonly components: readonly (readonly Component[])[];
  readonly roots: readonly number[];
  /** from an offset plus the value of a component to the next offset, at last to a context */
  readonly look: readonly number[];
  /** words of a set of columns */
  readonly words: number;
  /** by context, from 1: how many steps its team may be able to take there; 0: it never steps */
  readonly ways: readonly number[];
  /** sets of columns, one after the other by context: read and written next, and in the future */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly futureReads: readonly number[];
  readonly futureWrites: readonly number[];
  /** by team: columns that others write only while it is idle */
  readonly own: readonly number[];
}

/** Teams that a set of them has room for. */
const TEAMS_MOST = 31;

/** @returns the reduction, or why there is none: a clause after `because` */
export function reductionOf(program: Program): Reduction | string {
  if (program.teams === undefined) return "nothing is known of who works with whom in it";
  // Contexts are followed from where teams are idle.
  if (program.processes.some(({ begins }) => begins !== undefined))
    return "it is under way already";
  try {
    requireLocalStates(program);
    const elements = new Elements(program);
    const list = teamsOf(program, program.teams, elements);
    if (list.teams.length > TEAMS_MOST) return `more than ${TEAMS_MOST} requests are in flight`;
    return reductionFrom(list, contextsOf(program, list, elements), elements);
  } catch (error) {
    if (error instanceof Inseparable) return error.message;
    throw error;
  }
}

function reductionFrom(
  list: TeamList,
  contexts: readonly Context[],
  elements: Elements,
): Reduction {
  const { director, teams, counters } = list;
  const futures = futuresOf(contexts);
  const columns = columnsOf(elements.count, futures, teams);
  const components = teams.map((team): Component[] => [
    ...[director, ...team.members].map(({ process, self }) => ({
      ...{ kind: "rest" as const, process: process.name, instance: self },
      size: restsOf(process).length,
    })),
    ...[...team.guides, ...counters].map(({ field, index, size }) => ({
      ...{ kind: "field" as const, field, index, size },
    })),
  ]);
  const look = new LookUp();
  const roots = teams.map((team, index) => {
    const own = contexts.flatMap((context, number) =>
      context.team === team ? [{ vector: context.vector, found: number + 1 }] : [],
    );
    return look.add(components[index] ?? [], own);
  });
  const pack = (of: (context: Context) => bigint) => [
    ...columns.pack(0n),
    ...contexts.flatMap((context) => columns.pack(of(context))),
  ];
  return {
    teams: teams.map(({ members }) => members.map(({ instance }) => instance)),
    ...{ components, roots, look: look.table },
    words: columns.pack(0n).length,
    ways: [0, ...contexts.map(({ ways }) => ways)],
    reads: pack(({ footprint }) => footprint.reads),
    writes: pack(({ footprint }) => footprint.writes),
    futureReads: pack((context) => futures.get(context)?.reads ?? 0n),
    futureWrites: pack((context) => futures.get(context)?.writes ?? 0n),
    own: teams.flatMap(({ adopted, own }) => columns.pack(adopted ? own : 0n)),
  };
}
