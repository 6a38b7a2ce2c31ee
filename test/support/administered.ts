/**
 * Models whose graph changes while others act, and those that partial-order reduction leaves alone.
 */
import { INVARIANTS } from "../../properties/index.ts";
import type { Model } from "../../src/system/model.ts";

export function isAdministered({ phases }: Model): boolean {
  return phases.some(
    (phase) => phase.kind === "concurrent" && (phase.administrator?.commands.length ?? 0) > 0,
  );
}

/** Whether the order of steps matters to somebody: an administrator, or who counts clusters. */
export function isUnreducible(model: Model): boolean {
  const counting = model.invariants?.some((name) => "counts" in (INVARIANTS.get(name) ?? {}));
  return isAdministered(model) || counting === true;
}
