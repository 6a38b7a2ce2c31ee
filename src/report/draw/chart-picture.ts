/**
 * A chart as a statechart: states as boxes with what they do, parallel regions as regions, arrows
 * with the event, what must be so, and the reply: `CLAIM / GRANTED`.
 *
 * Events that leave a state where it is stand in its hint; so do those that the chart handles in
 * any state, in that of its region.
 */
import type { Viz } from "@viz-js/viz";
import type { AnyStateNode } from "xstate";
import type { Chart } from "../../chart/chart.ts";
import type { Effect } from "../../chart/effects.ts";
import type { Picture, Tone } from "../site/picture.ts";
import { layOut } from "./lay-out.ts";
import type { DrawingSketch, SketchBox, SketchLine } from "./sketch.ts";

type Transition =
  ReturnType<AnyStateNode["transitions"]["get"]> extends readonly (infer Each)[] | undefined
    ? Each
    : never;

/** @param title what it shows, for who cannot see it */
export function chartPicture(viz: Viz, title: string, chart: Chart): Picture {
  return layOut(viz, chartSketch(title, chart));
}

/** The same before it is laid out: charts that are drawn alike have equal sketches. */
export function chartSketch(title: string, { machine }: Chart): DrawingSketch {
  const root: AnyStateNode = machine.root;
  const boxes: SketchBox[] = [];
  const lines: SketchLine[] = [];
  addState(root, null, boxes, lines);
  return { title, direction: "right", boxes, lines };
}

function addState(
  state: AnyStateNode,
  region: string | null,
  boxes: SketchBox[],
  lines: SketchLine[],
): void {
  const inner = Object.values<AnyStateNode>(state.states);
  const { id, key } = state;
  if (inner.length === 0) boxes.push(stateBox(state, region));
  else {
    const title = region === null ? [id] : [key];
    const hint = stayingLines(state);
    boxes.push({ id, lines: title, shape: "region", tone: "plain", hint, region });
    for (const each of inner) addState(each, id, boxes, lines);
    const begin = state.type === "compound" ? state.initial.target?.[0] : undefined;
    if (begin !== undefined) {
      const dot = `begin ${id}`;
      const nothing = { lines: [], shape: "plain", tone: "quiet" } as const;
      boxes.push({ id: dot, ...nothing, hint: ["here it begins"], region: id });
      lines.push(arrowLine(dot, begin.id, "", "quiet", []));
    }
  }
  lines.push(...leavingLines(state));
}

function stateBox(state: AnyStateNode, region: string | null): SketchBox {
  const effect = effectOf(state);
  return {
    id: state.id,
    lines: [state.key, ...(effect === null ? [] : [effectText(effect)])],
    shape: "rounded",
    tone: toneOf(effect),
    hint: stayingLines(state),
    region,
  };
}

function effectOf({ meta }: AnyStateNode): Effect | null {
  const effect: Effect | undefined = meta?.effect;
  return effect ?? null;
}

/** What a state does, in a few words. */
function effectText(effect: Effect): string {
  switch (effect.kind) {
    case "ask": {
      const over = effect.chart === "node" || effect.over === "hull" ? "" : ` (${effect.over})`;
      return `ask ${effect.chart} ${effect.event}${over}`;
    }
    case "call": {
      const { child, operation, register } = effect;
      const into = register === null ? "" : `${operation.includes("read") ? " into" : " from"} `;
      return `call ${child}.${operation}${into}${register ?? ""}`;
    }
    case "fork":
      return `fork ${effect.task}`;
    case "advance":
      return "go on to the rest";
    case "choose":
      return `choose ${effect.what}`;
    case "finish":
      if (effect.errno !== null) return effect.errno === "from-context" ? "fail" : effect.errno;
      return effect.status === null ? "succeed" : `say ${effect.status}`;
  }
}

function toneOf(effect: Effect | null): Tone {
  if (effect?.kind === "finish") return effect.errno === null ? "good" : "bad";
  return effect?.kind === "call" || effect?.kind === "fork" ? "open" : "plain";
}

/** Arrows to other states; what leads to the same one is one arrow. */
function leavingLines(state: AnyStateNode): SketchLine[] {
  const labels = new Map<string, string[]>();
  for (const transition of transitionsOf(state)) {
    for (const { id } of transition.target ?? []) {
      labels.set(id, [...(labels.get(id) ?? []), transitionText(transition)]);
    }
  }
  return [...labels].map(([to, texts]) => {
    const failed = texts.every((text) => text.startsWith("FAILED"));
    return arrowLine(state.id, to, labelOf(texts), failed ? "bad" : "plain", texts);
  });
}

/** What a state handles without leaving it. */
function stayingLines(state: AnyStateNode): string[] {
  return transitionsOf(state)
    .filter(({ target }) => target === undefined || target.length === 0)
    .map((transition) => transitionText(transition));
}

function transitionsOf(state: AnyStateNode): Transition[] {
  return [...state.transitions.values()].flat();
}

function transitionText(transition: Transition): string {
  const { eventType, guard, actions } = transition;
  const when = guard === undefined ? "" : ` [${nameOf(guard)}]`;
  const replies = actions.flatMap((action): string[] => replyOf(action));
  return `${eventType}${when}${replies.length === 0 ? "" : ` / ${replies.join(", ")}`}`;
}

function nameOf(guard: unknown): string {
  if (typeof guard === "string") return guard;
  if (typeof guard === "object" && guard !== null && "type" in guard) return String(guard.type);
  return "if";
}

/** The event that a `reply` action emits. */
function replyOf(action: unknown): string[] {
  if (typeof action !== "object" || action === null || !("params" in action)) return [];
  const { params } = action;
  if (typeof params !== "object" || params === null || !("type" in params)) return [];
  return [String(params.type)];
}

/** Few events are said, many are counted; all of them are in the hint. */
function labelOf(texts: readonly string[]): string {
  const joined = texts.join(", ");
  if (joined.length <= LABEL_MAX) return joined;
  return texts.length === 1 ? `${joined.slice(0, LABEL_MAX)}...` : `${texts.length} events`;
}

/** characters */
const LABEL_MAX = 34;

function arrowLine(
  from: string,
  to: string,
  label: string,
  tone: Tone,
  hint: readonly string[],
): SketchLine {
  return { from, to, label, arrow: true, tone, dashed: false, hint };
}
