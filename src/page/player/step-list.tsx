/**
 * The steps of a trace, one below the other; only those in sight are elements of the page.
 */
import { useId, useRef } from "preact/hooks";
import type { PlayerStep, PlayerTrace } from "../../report/site/player-trace.ts";
import { laneTone } from "./lane-tone.ts";
import { goesWrong } from "./next.ts";
import { useUnlessChanged } from "./unless-changed.ts";
import { useRows, useSize } from "./use-rows.ts";

const ROW_HEIGHT = 28;

interface StepListProps {
  readonly trace: PlayerTrace;
  readonly position: number;
  readonly goTo: (position: number) => void;
}

export function StepList({ trace, position, goTo }: StepListProps) {
  const id = useId();
  const rows = trace.steps.length + 1;
  const current = { first: position, end: position + 1 };
  const frame = useRef<HTMLDivElement>(null);
  const { range, onScroll } = useRows(frame, useSize(frame), {
    rowHeight: ROW_HEIGHT,
    rows,
    covered: 0,
    current,
  });
  const { first, end } = range.value;
  const shown = Array.from({ length: Math.max(0, end - first) }, (_, place) => first + place);
  return (
    <div
      class="steps"
      ref={frame}
      role="listbox"
      tabIndex={0}
      aria-label="Steps"
      aria-activedescendant={position >= first && position < end ? `${id}-${position}` : undefined}
      onScroll={onScroll}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        goTo(position + (event.key === "ArrowDown" ? 1 : -1));
      }}
    >
      <div class="rows" role="presentation" style={{ height: `${rows * ROW_HEIGHT}px` }}>
        {shown.map((row) => (
          <StepRow
            key={row}
            id={`${id}-${row}`}
            trace={trace}
            row={row}
            current={row === position}
            goTo={goTo}
          />
        ))}
      </div>
    </div>
  );
}

interface StepRowProps {
  readonly id: string;
  readonly trace: PlayerTrace;
  /** position 0 is the beginning */
  readonly row: number;
  readonly current: boolean;
  readonly goTo: (position: number) => void;
}

function StepRow(props: StepRowProps) {
  return useUnlessChanged(props, drawRow);
}

function drawRow({ id, trace, row, current, goTo }: StepRowProps) {
  const step = trace.steps[row - 1];
  const wrong = step !== undefined && goesWrong(step);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list itself has the focus and the keys
    <div
      class={`step-row${wrong ? " goes-wrong" : ""}`}
      id={id}
      role="option"
      aria-selected={current}
      aria-setsize={trace.steps.length + 1}
      aria-posinset={row + 1}
      tabIndex={-1}
      style={{ top: `${row * ROW_HEIGHT}px` }}
      title={step?.text}
      onClick={() => goTo(row)}
    >
      <span class="step-row-number">{row}</span>
      <span class={`lane-dot tone-${laneTone(trace, step?.lane)}`} aria-hidden="true" />
      <span class="step-row-text">{stepLabel(step)}</span>
      {wrong && <span class="step-row-wrong">✕</span>}
    </div>
  );
}

function stepLabel(step: PlayerStep | undefined): string {
  return step === undefined ? "the beginning" : step.text;
}
