/**
 * XState `setup()` for request charts: the typed vocabulary in which drivers are written.
 *
 *     requestSetup().createMachine({
 *       id: "read",
 *       initial: "reading",
 *       context: { errno: null },
 *       states: {
 *         reading: {
 *           meta: call("file", "read", "data"),
 *           on: { DONE: "done", FAILED: { target: "failed", actions: "remember" } },
 *         },
 *         done: { type: "final", meta: done() },
 *         failed: { type: "final", meta: failed() },
 *       },
 *     });
 *
 * Misspelt states, actions and effects do not compile. The type parameter lists the replies that
 * the chart expects of the cluster and node charts it asks.
 */
import { assign, setup } from "xstate";
import type { Errno } from "../vocabulary.ts";
import type { EffectMeta, Register } from "./effects.ts";

/** How calls, forks, `advance` and `choose` answer; `NONE` is the answer of an empty range. */
export type CompletionEvent =
  | { type: "DONE" }
  | { type: "DATA" }
  | { type: "ZERO" }
  | { type: "FAILED"; errno: Errno }
  | { type: "TIMEOUT" }
  | { type: "CANCEL" }
  | { type: "MORE" }
  | { type: "END" }
  | { type: "NONE" }
  | { type: "CHOSEN" };

type ReplyEvent<Reply extends string> = Reply extends string ? { type: Reply } : never;

/** Copies bytes between registers of the frame, atomically with the transition it stands on. */
export interface Move {
  readonly from: Register | "zero";
  readonly to: Register;
}

/** `setup()` with the events, actions and `meta` of request charts. */
export function requestSetup<Reply extends string = never>() {
  return setup({
    // XState reads the types of this value and never the value: its documented idiom.
    types: {} as {
      context: { errno: Errno | null };
      events: CompletionEvent | ReplyEvent<Reply>;
      meta: EffectMeta;
    },
    actions: {
      /** keeps the error of a FAILED event for the end of the request */
      remember: assign({
        errno: ({ context, event }) => ("errno" in event ? event.errno : context.errno),
      }),
      /** keeps an error that no event carries */
      blame: assign({ errno: (_, params: { errno: Errno }) => params.errno }),
      /** forgets a remembered error that turned out not to be the request's */
      forgive: assign({ errno: null }),
      /** declares a copy between registers; interpreters perform it */
      move: (_, _params: Move) => {},
    },
  });
}
