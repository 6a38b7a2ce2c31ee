/**
 * How much address space the system allows this program: `ulimit -v`.
 *
 * It is not the memory that is free, and Node does not tell it. A thread that is started under such
 * a limit may end the whole program at once, where an error could not be caught.
 */
import { readFileSync } from "node:fs";

/** Whether there is such a limit. Only Linux says; elsewhere there is taken to be none. */
export function hasLimitedAddressSpace(): boolean {
  try {
    return /^Max address space +\d/m.test(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return false;
  }
}
