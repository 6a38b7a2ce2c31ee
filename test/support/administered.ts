/**
 * Models whose graph changes while others act.
 */
import type { Model } from "../../src/system/model.ts";

export function isAdministered({ phases }: Model): boolean {
  return phases.some(
    (phase) => phase.kind === "concurrent" && (phase.administrator?.commands.length ?? 0) > 0,
  );
}
