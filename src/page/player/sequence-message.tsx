/**
 * One row of a sequence diagram: an arrow between two lifelines, or a note on one.
 *
 * A call is drawn through, an answer dashed; a failure is dashed and ends in a cross.
 */
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import { laneTone } from "./lane-tone.ts";
import { goesWrong } from "./next.ts";
import type { SequenceRow } from "./sequence-rows.ts";
import { useUnlessChanged } from "./unless-changed.ts";

interface SequenceMessageProps {
  readonly trace: PlayerTrace;
  readonly row: SequenceRow;
  /** upper edge, in pixels of the drawing */
  readonly y: number;
  readonly height: number;
  /** width of the drawing */
  readonly total: number;
  /** of each lane the place across */
  readonly places: ReadonlyMap<string, number>;
  readonly when: "past" | "now" | "later";
  readonly goTo: (position: number) => void;
}

/** Of a letter in the drawing, in pixels. */
const LETTER_WIDTH = 6.2;
/** Pixels at the left that are for the numbers of steps. */
const NUMBER_ROOM = 40;

export function SequenceMessage(props: SequenceMessageProps) {
  return useUnlessChanged(props, drawMessage);
}

function drawMessage(props: SequenceMessageProps) {
  const { trace, row, y, height, total, when, goTo } = props;
  const step = trace.steps[row.position - 1];
  const wrong = step !== undefined && goesWrong(step);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list of steps does it with the keys
    <g class={`message ${when}${wrong ? " goes-wrong" : ""}`} onClick={() => goTo(row.position)}>
      <rect class="message-row" x={0} y={y} width={total} height={height} />
      {row.first && (
        <text class="message-number" x={34} y={y + height / 2 + 4} text-anchor="end">
          {row.position}
        </text>
      )}
      <Drawing {...props} />
    </g>
  );
}

function Drawing({ trace, row, y, height, total, places }: SequenceMessageProps) {
  const { message } = row;
  if (message === null) {
    const at = places.get(trace.steps[row.position - 1]?.lane ?? "");
    return at === undefined ? null : <circle class="tick" cx={at} cy={y + height / 2} r={3.5} />;
  }
  const { from, to, text, kind } = message;
  const [start, end] = [places.get(from), places.get(to)];
  if (start === undefined || end === undefined) return null;
  const tone = kind === "failure" ? "bad" : laneTone(trace, from);
  if (kind === "note" || from === to) {
    const shown = fitted(text, total);
    const width = Math.min(total - NUMBER_ROOM - 2, shown.length * LETTER_WIDTH + 14);
    const left = Math.max(NUMBER_ROOM, Math.min(start - width / 2, total - width - 2));
    return (
      <g class={`note tone-${tone}`}>
        <rect x={left} y={y + 6} width={width} height={height - 12} rx={4} />
        <text x={left + width / 2} y={y + height / 2 + 4} text-anchor="middle">
          {shown}
        </text>
      </g>
    );
  }
  return <Arrow start={start} end={end} y={y} text={text} kind={kind} tone={tone} total={total} />;
}

interface ArrowProps {
  readonly start: number;
  readonly end: number;
  readonly y: number;
  readonly text: string;
  readonly kind: string;
  readonly tone: string;
  readonly total: number;
}

function Arrow({ start, end, y, text, kind, tone, total }: ArrowProps) {
  const line = y + 25;
  const back = end > start ? -1 : 1;
  const shown = fitted(text, total);
  const half = (shown.length * LETTER_WIDTH) / 2;
  const middle = Math.max(half + NUMBER_ROOM, Math.min((start + end) / 2, total - half - 2));
  const head =
    kind === "call"
      ? `M${end},${line}l${back * 8},-4v8z`
      : `M${end + back * 7},${line - 4}L${end},${line}L${end + back * 7},${line + 4}`;
  const cross = end + back * 14;
  return (
    <g class={`arrow arrow-${kind} tone-${tone}`}>
      <path class="arrow-line" d={`M${start},${line}L${end + back * 2},${line}`} />
      <path class="arrow-head" d={head} />
      {kind === "failure" && (
        <path
          class="arrow-cross"
          d={`M${cross - 4},${line - 4}l8,8M${cross + 4},${line - 4}l-8,8`}
        />
      )}
      <text x={middle} y={line - 8} text-anchor="middle">
        {shown}
      </text>
    </g>
  );
}

/** A text cut to the width of the drawing. */
function fitted(text: string, total: number): string {
  const letters = Math.max(4, Math.floor((total - NUMBER_ROOM - 18) / LETTER_WIDTH));
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}
