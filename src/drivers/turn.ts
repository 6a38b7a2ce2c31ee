/**
 * Whose turn it is on a cluster: a part of cluster charts that count their users as `busy`.
 *
 * Many may ENTER, and LEAVE again. One that must be alone takes the turn: SERIALISE waits while
 * anybody is in there, and ENTER until it is FREE again (QEMU block/io.c,
 * `bdrv_wait_serialising_requests`). The chart that has this part says what `enter` and `idle` are.
 */
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
