/**
 * What a player is doing: at which position it is, whether it plays, and how fast.
 *
 * Several traces of a player share all of it: they are stepped together, and one that is over stays
 * at its end until the others are.
 */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import { StateTrack } from "./fold.ts";
import { nextWrong, positionAfter } from "./next.ts";

/** Steps a second. */
export const SPEEDS = [0.5, 1, 2, 4, 10, 30] as const;

export interface Session {
  readonly traces: readonly PlayerTrace[];
  /** of each trace, its states */
  readonly tracks: readonly StateTrack[];
  /** steps of the longest trace */
  readonly length: number;
  readonly position: ReadonlySignal<number>;
  readonly playing: Signal<boolean>;
  readonly speed: Signal<number>;
  /** whether a reader moved: a page that is only looked at keeps its address */
  readonly moved: Signal<boolean>;
  /** to a position; one that there is not becomes the nearest */
  readonly goTo: (position: number) => void;
  readonly forward: () => void;
  readonly back: () => void;
  /** whether nothing is left to play: never so with a lasso */
  readonly isOver: () => boolean;
  /** plays or pauses; what is over is played from the beginning */
  readonly toggle: () => void;
  /** to the next place where something goes wrong; false: there is none that way */
  readonly toWrong: (direction: 1 | -1) => boolean;
}

/** A player of these traces, at a position. */
export function startSession(traces: readonly PlayerTrace[], start: number): Session {
  const length = Math.max(0, ...traces.map(({ steps }) => steps.length));
  const longest = traces.find(({ steps }) => steps.length === length);
  const within = (wanted: number): number => Math.max(0, Math.min(length, Math.trunc(wanted) || 0));
  const position = signal(within(start));
  const moved = signal(false);
  const playing = signal(false);
  const next = (): number => (longest === undefined ? 0 : positionAfter(longest, position.value));
  const isOver = (): boolean => next() === position.value;
  const goTo = (wanted: number): void => {
    moved.value = true;
    position.value = within(wanted);
  };
  return {
    traces,
    tracks: traces.map((trace) => new StateTrack(trace)),
    length,
    position,
    playing,
    speed: signal(2),
    moved,
    goTo,
    forward: () => goTo(next()),
    isOver,
    back: () => goTo(position.value - 1),
    toggle: () => {
      if (!playing.value && isOver()) goTo(0);
      playing.value = !playing.value && length > 0;
    },
    toWrong: (direction) => {
      const found = nextWrong(traces, position.value, direction);
      if (found !== null) goTo(found);
      return found !== null;
    },
  };
}

/** Where one of the traces is while the player is at a position. */
export function positionIn(trace: PlayerTrace, position: number): number {
  return Math.min(position, trace.steps.length);
}
