/**
 * Defect R01 (H19): QEMU's `break-snapshot` lets a read in flight return what the guest wrote.
 *
 * Either of two repairs is enough, and they are in views/broken-view-repairs.ts with the order of
 * events that they repair; break-snapshot.ts has the first of them, which profile `proposed` takes.
 */
import type { Model } from "../src/system/model.ts";
import { breakingView, breakSnapshot } from "./break-snapshot.ts";

export const breakSnapshotRace: Model = {
  ...breakSnapshot,
  name: "break-snapshot-race",
  title: "A view that breaks, as every QEMU since 7.1 does it",
  idea:
    "Once one copy has failed, guest writes no longer wait for reads of the view that still use " +
    "the disk. Such a read ends with success, and with the guest's new data.",
  profile: "qemu-10.0",
  // Other requests go wrong in the same way: these are enough to show it.
  phases: breakingView(["write"], ["read"]),
  properties: ["view-equals-point-in-time", "disk-keeps-guest-writes"],
  reachable: ["view-is-read", "view-is-denied"],
  expected: { verdict: "violated" },
  mutants: [],
};
