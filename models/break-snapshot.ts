/**
 * The policy `break-snapshot`: a copy that fails or takes too long costs the view, not the guest.
 */
import type { Model, Phase } from "../src/system/model.ts";
import type { Operation } from "../src/vocabulary.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "./graph.ts";
import {
  brokenViewIsIgnored,
  guestOvertakesAfterBreak,
  timeoutCountsAsCopied,
  viewIsNotBroken,
} from "./mutations.ts";

const CLUSTER = 65536;

/** A guest and a reader at the same time, by what they ask for, and a cache that may be full. */
export function breakingView(
  guest: readonly Operation[],
  reader: readonly Operation[],
): readonly Phase[] {
  const choice = { count: 6, alignment: CLUSTER, longest: CLUSTER };
  const options = { "on-cbw-error": "break-snapshot", "cbw-timeout": 1 };
  return [
    { kind: "commands", commands: [...guestOnDisk, ...startFleecing(["reader"], options)] },
    {
      kind: "concurrent",
      actors: [
        { name: "guest", through: "guest", depth: 2, requests: { operations: guest, ...choice } },
        { name: "reader", through: "reader", requests: { operations: reader, ...choice } },
      ],
      faults: [
        { image: "cache.raw", operations: ["write", "write-zeroes"], errno: "ENOSPC", times: 1 },
      ],
    },
    { kind: "commands", commands: stopFleecing(["reader"]) },
  ];
}

export const breakSnapshot: Model = {
  name: "break-snapshot",
  title: "A view that breaks rather than to fail or delay the guest",
  idea:
    "With on-cbw-error=break-snapshot and a timeout, a guest write whose copy fails goes " +
    "through, and the view is denied from then on. A read that is in flight at that moment must " +
    "still return the point in time, or fail: so the guest waits for it. QEMU does not (R01).",
  profile: "proposed",
  bounds: { requests: 2, alignment: CLUSTER, longest: CLUSTER, values: 2 },
  clusterSize: CLUSTER,
  images: [
    {
      filename: "disk.raw",
      length: 2 * CLUSTER,
      content: [{ offset: 0, length: CLUSTER, fill: { seed: 1 } }],
    },
    { filename: "cache.raw", length: 2 * CLUSTER, content: [] },
  ],
  phases: breakingView(["write", "write-zeroes", "discard"], ["read", "block-status"]),
  properties: ["view-equals-point-in-time", "disk-keeps-guest-writes", "view-status-is-sound"],
  reachable: ["view-is-read", "view-is-denied", "view-status-answers"],
  invariants: ["settled-is-copied"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "guest-overtakes-after-break",
      statement: "once the view is broken, writes do not wait for reads in flight (H19, R01)",
      mutation: guestOvertakesAfterBreak,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "view-is-not-broken",
      statement: "a write whose copy failed goes through, but the view is not broken (C3.6)",
      mutation: viewIsNotBroken,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "broken-view-is-ignored",
      statement: "a read of the view does not ask whether the view is broken (C8)",
      mutation: brokenViewIsIgnored,
      caughtBy: "view-equals-point-in-time",
    },
    {
      name: "timeout-counts-as-copied",
      statement: "a copy that takes too long counts as done (K10, compare H17)",
      mutation: timeoutCountsAsCopied,
      caughtBy: "settled-is-copied",
    },
  ],
};
