/**
 * XState's pure `transition()` for one machine, many times over.
 *
 * `transition()` itself makes an actor on every call, initial snapshot and all, although it needs
 * no more of it than its scope; that is most of its time. Here the scope is made once. A property
 * test holds the tables that are made this way equal to `transition()` (test/chart/tables.test.ts).
 */
import {
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventObject,
  type ExecutableActionObject,
} from "xstate";

/** What `transition()` returns: the snapshot after the event, and actions that nobody ran. */
export type Stepper = (
  snapshot: AnyMachineSnapshot,
  event: EventObject,
) => readonly [AnyMachineSnapshot, readonly ExecutableActionObject[]];

export function stepper(machine: AnyStateMachine): Stepper {
  const self = createActor(machine);
  let actions: ExecutableActionObject[] = [];
  const scope: AnyActorScope = {
    self,
    system: self.system,
    id: "",
    sessionId: "",
    logger: () => {},
    defer: () => {},
    emit: () => {},
    stopChild: () => {},
    actionExecutor: (action) => {
      actions.push(action);
    },
  };
  return (snapshot, event) => {
    actions = [];
    return [machine.transition(snapshot, event, scope), actions];
  };
}
