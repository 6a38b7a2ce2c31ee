/**
 * State is a fold over the log: initial state, then `evolve` once a record. Stopping early gives
 * the state at any earlier point, which is how every prefix of a log can be shown.
 */
import type { LogRecord } from "./record.ts";

/**
 * @param records in the order of their `seq`
 * @param evolve pure: the state after a record, given the state before it
 * @param at `seq` of the last record to fold; later ones are not even asked for. Default: all
 */
export function foldLog<State>(
  records: Iterable<LogRecord>,
  initial: State,
  evolve: (state: State, record: LogRecord) => State,
  at = Number.POSITIVE_INFINITY,
): State {
  let state = initial;
  if (at < 0) return state;
  for (const record of records) {
    state = evolve(state, record);
    if (record.seq >= at) break;
  }
  return state;
}
