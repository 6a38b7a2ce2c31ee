/**
 * Reads the effect of a state from its `meta`, and checks that there is just one.
 */
import type { AnyMachineSnapshot } from "xstate";
import { BlockgraphError } from "../error.ts";
import { ERRNOS, type Errno } from "../vocabulary.ts";
import type { Chart } from "./chart.ts";
import type { Effect, EffectMeta } from "./effects.ts";

/** The effect of a request chart's state; null for the states of cluster and node charts. */
export function readEffect(
  chart: Chart,
  state: string,
  snapshot: AnyMachineSnapshot,
): Effect | null {
  const metas = Object.values(snapshot.getMeta()).filter(isEffectMeta);
  if (chart.kind !== "request") {
    if (metas.length === 0) return null;
    throw malformed(chart, state, "has an effect, which only request charts may have");
  }
  const [meta, ...others] = metas;
  if (meta === undefined) throw malformed(chart, state, "has no effect; give it one in its meta");
  if (others.length > 0) throw malformed(chart, state, "has more than one effect; split it");
  return meta.effect.kind === "finish" && meta.effect.errno === "from-context"
    ? { ...meta.effect, errno: rememberedErrno(chart, state, snapshot.context) }
    : meta.effect;
}

function isEffectMeta(meta: unknown): meta is EffectMeta {
  return typeof meta === "object" && meta !== null && "effect" in meta;
}

function rememberedErrno(chart: Chart, state: string, context: { errno?: unknown }): Errno {
  const errno = ERRNOS.find((known) => known === context.errno);
  if (errno === undefined) {
    throw malformed(chart, state, "fails, but no error was remembered; add the action `remember`");
  }
  return errno;
}

function malformed(chart: Chart, state: string, problem: string): BlockgraphError {
  return new BlockgraphError("chart-malformed", `${chart.name}: state ${state} ${problem}`);
}
