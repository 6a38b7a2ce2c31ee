/**
 * What QEMU's results must be.
 *
 * What overlaps in the log is done one after the other, and may well end otherwise then: a read
 * that saw half of a write does not see that half. What it ends with is known from a simulation
 * that does the same. It is the log's result for most; where it is not, the overlap is needed, and
 * cannot be reproduced.
 */
import type { LogBody } from "../../log/record.ts";
import type { QemuPlan } from "./plan.ts";

type Done = LogBody & { readonly kind: "done" };

export interface Wanted {
  readonly done: Done;
  /** whether that is what the log says */
  readonly asLogged: boolean;
}

/**
 * @param alone how the plan's requests end one after the other in the simulator, in their order
 * @returns by the log's numbers of requests
 */
export function wantedResults({ steps }: QemuPlan, alone: readonly Done[]): Map<number, Wanted> {
  const wanted = new Map<number, Wanted>();
  let overlapped = false;
  for (const step of steps) {
    if (step.kind === "command") continue;
    const { done, beside, across } = step;
    const other = alone[wanted.size];
    overlapped ||= beside.size + across > 0;
    const differs = other?.errno !== done.errno || other.digest !== done.digest;
    const needsOverlap = overlapped && other !== undefined && differs;
    wanted.set(done.request, {
      done: needsOverlap ? other : done,
      asLogged: !needsOverlap,
    });
  }
  return wanted;
}
