/**
 * From a chart to its automaton: XState's pure `transition()`, once per reachable (state, event).
 *
 * XState is the definition and stays readable and drawable; a transition there costs some tens of
 * microseconds, a look-up in the table some nanoseconds. Two snapshots are the same state when
 * their value and context are equal. An event counts as handled when XState says that the snapshot
 * can take it; guards are asked here and never again.
 *
 * Errors: `chart-out-of-bounds` names chart, state, event and field when a transition leaves the
 * chart's context schema, and is thrown to whoever takes that transition; `chart-malformed` when a
 * chart says something no interpreter can do.
 */
import { type AnyMachineSnapshot, initialTransition } from "xstate";
import { BlockgraphError } from "../error.ts";
import { Automaton, type AutomatonState, type Transition } from "./automaton.ts";
import { type Chart, eventName } from "./chart.ts";
import { readActions } from "./read-actions.ts";
import { readEffect } from "./read-effect.ts";
import { stateName } from "./state-name.ts";
import { stepper } from "./stepper.ts";

/** What fits the 16 bits that an interpreter keeps for a cluster. */
const STATES_MAX = 0x10000;
const NOT_HANDLED: Transition = { next: -1, reply: -1, moves: [] };

/**
 * Makes the automaton of a chart. Pairs are tabulated when first asked for; `complete()` on the
 * result does all of them.
 */
export function tabulate(chart: Chart): Automaton {
  const snapshots: AnyMachineSnapshot[] = [];
  const states: AutomatonState[] = [];
  const indices = new Map<string, number>();
  const events = chart.events.map(eventName);
  const step = stepper(chart.machine);

  function intern(snapshot: AnyMachineSnapshot): number {
    const key = stateKey(snapshot);
    const known = indices.get(key);
    if (known !== undefined) return known;
    if (snapshots.length === STATES_MAX) {
      throw new BlockgraphError(
        "chart-out-of-bounds",
        `${chart.name}: more than ${STATES_MAX} states; narrow the bounds of its context`,
      );
    }
    const name = stateName(snapshot.value, snapshot.context);
    states.push({ name, context: snapshot.context, effect: readEffect(chart, name, snapshot) });
    indices.set(key, snapshots.push(snapshot) - 1);
    return snapshots.length - 1;
  }

  function discover(state: number, event: number): Transition | BlockgraphError {
    const snapshot = snapshots[state];
    const occurrence = chart.events[event];
    if (snapshot === undefined || occurrence === undefined) {
      throw new RangeError(`${chart.name}: no state ${state} or no event ${event}`);
    }
    const [after, actions] = step(snapshot, occurrence);
    const stays = after === snapshot;
    // Asked only where nothing shows that the event was taken: it takes XState as long as a step.
    if (stays && actions.length === 0 && !snapshot.can(occurrence)) return NOT_HANDLED;
    const place = `${chart.name}, state ${states[state]?.name}, event ${events[event]}`;
    const beyond = stays ? null : leavesBounds(chart, place, after);
    if (beyond !== null) return beyond;
    const { reply, moves } = readActions(chart, place, actions);
    return { next: stays ? state : intern(after), reply, moves };
  }

  const [initial] = initialTransition(chart.machine);
  const beyond = leavesBounds(chart, `${chart.name}, initial state`, initial);
  if (beyond !== null) throw beyond;
  intern(initial);
  return new Automaton({ ...chart, events }, states, discover);
}

/** Value and context decide what a snapshot is; nothing else in it does. */
function stateKey(snapshot: AnyMachineSnapshot): string {
  return JSON.stringify([snapshot.value, snapshot.context]);
}

function leavesBounds(
  chart: Chart,
  place: string,
  snapshot: AnyMachineSnapshot,
): BlockgraphError | null {
  const result = chart.context.safeParse(snapshot.context);
  if (result.success) return null;
  const issue = result.error.issues[0];
  const field = issue?.path.join(".") || "context";
  return new BlockgraphError(
    "chart-out-of-bounds",
    `${place}: ${field} leaves its bounds (${issue?.message}); widen the bound or offer less`,
  );
}
