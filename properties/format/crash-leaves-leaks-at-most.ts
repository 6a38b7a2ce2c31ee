/**
 * After a crash `qemu-img check` finds leaks at most (sections 4.3 and 4.4 of the reference; H44).
 */
import type { FormatProperty } from "../../src/system/format-sketch.ts";

export const crashLeavesLeaksAtMost: FormatProperty = {
  name: "crash-leaves-leaks-at-most",
  statement:
    "Whatever a crash leaves of the file: no entry names a host cluster that counts as free, or " +
    "one that another entry names as well.",
  faults: ["uncounted", "shared"],
};
