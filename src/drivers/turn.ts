/**
 * Whose turn it is on a cluster: a part of cluster charts that count their users as `busy`.
 *
 * Many may ENTER, and LEAVE again. One that must be alone takes the turn: SERIALISE waits while
 * anybody is in there, and ENTER until it is FREE again (QEMU block/io.c,
 * `bdrv_wait_serialising_requests`). The chart that has this part counts: it names its actions
 * `enter` and `leave`, and its guard `idle`, and BUSY says what they do.
 */
import { z } from "zod";

const OK = { type: "reply", params: { type: "OK" } } as const;

export const TURN = {
  initial: "free",
  states: {
    free: {
      on: {
        ENTER: { actions: ["enter", OK] },
        SERIALISE: { guard: "idle", target: "taken", actions: OK },
      },
    },
    taken: { on: { FREE: { target: "free", actions: OK } } },
  },
} as const;

interface Counted {
  readonly context: { readonly busy: number };
}

/** What `enter`, `leave` and `idle` do. */
export const BUSY = {
  entered: ({ context }: Counted) => context.busy + 1,
  left: ({ context }: Counted) => context.busy - 1,
  isIdle: ({ context }: Counted) => context.busy === 0,
} as const;

/** @param users how many requests may use one cluster at once */
export function busyContext(users: number) {
  return z.strictObject({ busy: z.int().min(0).max(users) });
}
