/**
 * The sequence diagram: a lifeline for each lane, time downwards, an arrow for each message.
 *
 * The head with the lanes' names stays in sight, and only the rows in sight are drawn.
 */
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import { laneTone } from "./lane-tone.ts";
import { SequenceMessage } from "./sequence-message.tsx";
import { type SequenceRow, sequenceRows } from "./sequence-rows.ts";
import { useRows, useSize } from "./use-rows.ts";

const ROW_HEIGHT = 34;
const HEAD_HEIGHT = 40;
const GUTTER = 44;
const LANE_WIDTH_MIN = 84;
const LANE_WIDTH_MAX = 220;

interface SequenceProps {
  readonly trace: PlayerTrace;
  readonly position: number;
  readonly goTo: (position: number) => void;
}

export function Sequence({ trace, position, goTo }: SequenceProps) {
  const { rows, rowsOf } = useMemo(() => sequenceRows(trace), [trace]);
  const current = rowsOf(position);
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const { range, onScroll } = useRows(frame, size, {
    rowHeight: ROW_HEIGHT,
    rows: rows.length,
    covered: HEAD_HEIGHT,
    current,
  });
  const laneWidth = laneWidthFor(size.value.width - GUTTER, trace.lanes.length);
  const places = useMemo(
    () => new Map(trace.lanes.map(({ id }, place) => [id, GUTTER + (place + 0.5) * laneWidth])),
    [trace, laneWidth],
  );
  const total = GUTTER + laneWidth * trace.lanes.length;
  const { first, end } = range.value;
  const shown = rows.slice(first, end);
  const messages = rows.slice(current.first, current.end);
  useSight(total > size.value.width ? frame : null, messages, places);
  return (
    <div
      class="sequence"
      role="group"
      ref={frame}
      tabIndex={0}
      aria-label="Sequence diagram"
      onScroll={onScroll}
    >
      <LaneHeads trace={trace} laneWidth={laneWidth} total={total} />
      <div class="sequence-rows" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
        <svg
          width={total}
          height={shown.length * ROW_HEIGHT}
          style={{ top: `${first * ROW_HEIGHT}px` }}
          role="img"
          aria-label={diagramLabel(trace, position, messages)}
        >
          {trace.lanes.map(({ id }) => (
            <line
              key={id}
              class={`lifeline tone-${laneTone(trace, id)}`}
              x1={places.get(id)}
              x2={places.get(id)}
              y1={0}
              y2={shown.length * ROW_HEIGHT}
            />
          ))}
          <g transform={`translate(0 ${-first * ROW_HEIGHT})`}>
            {shown.map((row, place) => (
              <SequenceMessage
                key={first + place}
                trace={trace}
                row={row}
                y={(first + place) * ROW_HEIGHT}
                height={ROW_HEIGHT}
                total={total}
                places={places}
                when={whenOf(row.position, position)}
                goTo={goTo}
              />
            ))}
          </g>
        </svg>
      </div>
    </div>
  );
}

function whenOf(row: number, position: number): "past" | "now" | "later" {
  if (row === position) return "now";
  return row > position ? "later" : "past";
}

function laneWidthFor(room: number, lanes: number): number {
  const even = Math.floor((room - 2) / Math.max(1, lanes));
  return Math.max(LANE_WIDTH_MIN, Math.min(LANE_WIDTH_MAX, even));
}

/** In a frame that is too narrow, if there is one: scrolls sideways to the current messages. */
function useSight(
  frame: { readonly current: HTMLElement | null } | null,
  messages: readonly SequenceRow[],
  places: ReadonlyMap<string, number>,
): void {
  const ends = messages.flatMap(({ message }) =>
    message === null ? [] : [places.get(message.from) ?? 0, places.get(message.to) ?? 0],
  );
  const [left, right] = [Math.min(...ends), Math.max(...ends)];
  useLayoutEffect(() => {
    const element = frame?.current ?? null;
    if (element === null || ends.length === 0) return;
    const margin = LANE_WIDTH_MIN / 2;
    const { scrollLeft, clientWidth } = element;
    if (right + margin > scrollLeft + clientWidth) {
      element.scrollLeft = right + margin - clientWidth;
    }
    if (left - margin < element.scrollLeft) element.scrollLeft = left - margin - GUTTER;
  }, [frame, left, right, ends.length]);
}

interface LaneHeadsProps {
  readonly trace: PlayerTrace;
  readonly laneWidth: number;
  readonly total: number;
}

function LaneHeads({ trace, laneWidth, total }: LaneHeadsProps) {
  return (
    <ul class="lane-heads" style={{ width: `${total}px`, paddingLeft: `${GUTTER}px` }}>
      {trace.lanes.map(({ id, title, kind }) => (
        <li key={id} style={{ width: `${laneWidth}px` }}>
          <span class={`lane-head tone-${laneTone(trace, id)}`} title={`${title} (${kind})`}>
            {title}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What the drawing says of the current step, for who cannot see it. */
function diagramLabel(trace: PlayerTrace, position: number, rows: readonly SequenceRow[]): string {
  const titleOf = (id: string): string => trace.lanes.find((lane) => lane.id === id)?.title ?? id;
  const texts = rows.flatMap(({ message }) => {
    if (message === null) return [];
    const { from, to, text, kind } = message;
    const ends = from === to ? titleOf(from) : `${titleOf(from)} to ${titleOf(to)}`;
    return [`${kind}, ${ends}: ${text}`];
  });
  return `Step ${position}. ${texts.join("; ") || "no message"}`;
}
