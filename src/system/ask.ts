/**
 * Performing an `ask`: offering an event to the charts of a node.
 *
 * Atomic: either every chart in the range handles the event now and all take it, or nobody does and
 * the asker waits. Who asks for any cluster is answered at once, by the first that handles the
 * event.
 */
import type { Automaton } from "../chart/automaton.ts";
import type { Ask, ClusterRange } from "../chart/effects.ts";
import { BlockgraphError } from "../error.ts";
import type { Frame } from "./frame.ts";

/** The answer when a chart does not handle the event now. */
const WAIT = null;
/** The answer of a range without clusters, and of clusters of which none handles the event. */
const EMPTY = "NONE";

/**
 * Asks, and changes the asked charts.
 * @returns the name of the reply, or null: the asker waits
 */
export function ask(frame: Frame, effect: Ask): string | null {
  if (effect.chart === "node") return askNode(frame, effect);
  const { over } = effect;
  return over === "any" ? askAny(frame, effect) : askClusters(frame, effect, over);
}

/** Whether the ask would be answered now; changes nothing. */
export function wouldAnswer(frame: Frame, effect: Ask): boolean {
  const { node } = frame;
  if (effect.chart === "node") {
    const automaton = present(node.description.node, frame);
    return automaton.next(node.state, eventOf(automaton, effect)) >= 0;
  }
  const { over } = effect;
  if (over === "any") return true;
  const automaton = present(node.description.cluster, frame);
  const event = eventOf(automaton, effect);
  const { first, end } = clusterRange(frame, over);
  const last = effect.run ? Math.min(first + 1, end) : end;
  for (let cluster = first; cluster < last; cluster++) {
    if (automaton.next(node.clusters[cluster] ?? 0, event) < 0) return false;
  }
  return true;
}

/** The clusters that an effect is for: [first, end). */
export function clusterRange(frame: Frame, over: ClusterRange): { first: number; end: number } {
  const { clusterSize, length } = frame.node.description;
  const stop = frame.offset + frame.length;
  switch (over) {
    case "hull":
      return { first: Math.floor(frame.offset / clusterSize), end: Math.ceil(stop / clusterSize) };
    case "rest":
      return {
        first: Math.floor(frame.position / clusterSize),
        end: Math.ceil(stop / clusterSize),
      };
    case "span":
      return {
        first: Math.floor(frame.position / clusterSize),
        end: Math.ceil(frame.spanEnd / clusterSize),
      };
    case "interior": {
      const first = Math.ceil(frame.offset / clusterSize);
      return { first, end: Math.max(first, Math.floor(stop / clusterSize)) };
    }
    case "whole": {
      const first = Math.ceil(frame.offset / clusterSize);
      const end = stop === length ? Math.ceil(stop / clusterSize) : Math.floor(stop / clusterSize);
      return { first, end: Math.max(first, end) };
    }
    case "all":
      return { first: 0, end: frame.node.clusters.length };
  }
}

function askNode(frame: Frame, effect: Ask): string | null {
  const { node } = frame;
  const automaton = present(node.description.node, frame);
  const event = eventOf(automaton, effect);
  const next = automaton.next(node.state, event);
  if (next < 0) return WAIT;
  const reply = automaton.replies[automaton.reply(node.state, event)] ?? EMPTY;
  if (next !== node.state) {
    node.state = next;
    node.changed = true;
  }
  return reply;
}

/** The first cluster of the node that handles the event takes it. */
function askAny(frame: Frame, effect: Ask): string {
  const { node } = frame;
  const automaton = present(node.description.cluster, frame);
  const event = eventOf(automaton, effect);
  for (const [cluster, state] of node.clusters.entries()) {
    const next = automaton.next(state, event);
    if (next < 0) continue;
    if (next !== state) {
      node.clusters[cluster] = next;
      node.changed = true;
    }
    return automaton.replies[automaton.reply(state, event)] ?? EMPTY;
  }
  return EMPTY;
}

/** No cluster is in it. */
const NO_STATE = -1;

function askClusters(frame: Frame, effect: Ask, over: ClusterRange): string | null {
  const { node } = frame;
  const automaton = present(node.description.cluster, frame);
  const event = eventOf(automaton, effect);
  const { first, end } = clusterRange(frame, over);
  let reply = automaton.replies.length;
  let stop = first;
  // Neighbours are mostly alike, and then the same is to be said of them.
  let last = NO_STATE;
  for (; stop < end; stop++) {
    const state = node.clusters[stop] ?? 0;
    if (state === last) continue;
    last = state;
    if (automaton.next(state, event) < 0) {
      if (effect.run && stop > first) break;
      return WAIT;
    }
    const answer = automaton.reply(state, event);
    if (effect.run && stop > first && answer !== reply) break;
    if (answer < reply) reply = answer;
  }
  if (stop === first) return EMPTY;
  last = NO_STATE;
  let next = NO_STATE;
  for (let cluster = first; cluster < stop; cluster++) {
    const state = node.clusters[cluster] ?? 0;
    if (state !== last) next = automaton.next(state, event);
    last = state;
    if (next !== state) {
      node.clusters[cluster] = next;
      node.changed = true;
    }
  }
  if (effect.run) {
    frame.spanEnd = Math.min(stop * node.description.clusterSize, frame.offset + frame.length);
  }
  return automaton.replies[reply] ?? EMPTY;
}

function eventOf(automaton: Automaton, effect: Ask): number {
  const event = automaton.event(effect.event);
  if (event >= 0) return event;
  throw new BlockgraphError(
    "chart-malformed",
    `${automaton.name}: is asked ${effect.event}, which is not in its alphabet`,
  );
}

function present(automaton: Automaton | null, frame: Frame): Automaton {
  if (automaton !== null) return automaton;
  throw new BlockgraphError(
    "chart-malformed",
    `${frame.automaton.name}: asks a chart that its driver does not have`,
  );
}
