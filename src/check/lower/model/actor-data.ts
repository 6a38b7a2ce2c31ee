/**
 * What actors know of their requests, as fields and tables: how many they have sent, and of each
 * request where it begins and ends, what it is, and what it writes.
 */
import type { Operation } from "../../../vocabulary.ts";
import type { Field } from "../../program/program.ts";
import type { PlannedActor } from "./plan.ts";
import type { Player } from "./player.ts";
import { rankTable } from "./recommended.ts";

/** How many requests the actor has sent: a field of its own. */
export const turnField = (actor: PlannedActor) => `${actor.name} sent`;

/** Cells of the longest request; at least one. */
export function longestOf({ requests }: PlannedActor): number {
  return Math.max(1, ...requests.map(({ start, end }) => end - start));
}

/** Fields and tables of the actors themselves. */
export function actorData(players: readonly Player[]): {
  fields: Field[];
  tables: Record<string, readonly number[]>;
} {
  const tables: Record<string, readonly number[]> = {};
  const fields = players.map(({ actor }): Field => {
    const longest = longestOf(actor);
    const operations = operationsOf(actor);
    const { requests, name } = actor;
    tables[`${name} start`] = requests.map(({ start }) => start);
    tables[`${name} end`] = requests.map(({ end }) => end);
    tables[`${name} payload`] = requests.flatMap(({ values }) =>
      Array.from({ length: longest }, (_, cell) => values[cell] ?? 0),
    );
    tables[`${name} operation`] = requests.map(({ spec }) => operations.indexOf(spec.operation));
    Object.assign(tables, rankTable(actor));
    return { name: turnField(actor), size: actor.turns + 1, count: 1, initial: [], values: null };
  });
  return { fields, tables };
}

/** The operations of an actor, each once, in the order of their first request. */
export function operationsOf({ requests }: PlannedActor): readonly Operation[] {
  return [...new Set(requests.map(({ spec }) => spec.operation))];
}

/** The requests of one operation, by number. */
export function requestsOf({ requests }: PlannedActor, operation: Operation): readonly number[] {
  return requests.flatMap(({ spec }, index) => (spec.operation === operation ? [index] : []));
}

/** Tables that map the choice of an operation to the number of the request. */
export function choiceTables(actor: PlannedActor): Record<string, readonly number[]> {
  return Object.fromEntries(
    operationsOf(actor).map((operation) => [
      `${actor.name} ${operation}`,
      requestsOf(actor, operation),
    ]),
  );
}
