/**
 * One trace of a player at its current position: what happened, and what is true now.
 */
import { useMemo } from "preact/hooks";
import type { PlayerStep, PlayerTrace, WrongBytes } from "../../report/site/player-trace.ts";
import { Changes } from "./changes.tsx";
import { Facts } from "./facts.tsx";
import { GraphView } from "./graph-view.tsx";
import { MapView } from "./map-view.tsx";
import { Properties } from "./properties.tsx";
import { Sequence } from "./sequence.tsx";
import { positionIn, type Session } from "./session.ts";
import { StepList } from "./step-list.tsx";
import { wrongText } from "./wrong-text.ts";

interface TraceViewProps {
  readonly session: Session;
  /** which of the session's traces */
  readonly place: number;
}

export function TraceView({ session, place }: TraceViewProps) {
  const trace = session.traces[place];
  const track = session.tracks[place];
  const asked = session.position.value;
  const position = trace === undefined ? 0 : positionIn(trace, asked);
  const state = useMemo(() => track?.at(position), [track, position]);
  if (trace === undefined || state === undefined) return null;
  const step = trace.steps[position - 1];
  const view = trace.graphs?.[position];
  return (
    <article class="trace" aria-label={trace.title}>
      <TraceHead trace={trace} over={asked > trace.steps.length} />
      <Now trace={trace} step={step} position={position} command={view?.command ?? null} />
      <div class="lanes-room">
        <div class={view === undefined ? "lanes" : "lanes with-graphs"}>
          <StepList trace={trace} position={position} goTo={session.goTo} />
          {view === undefined ? (
            <Sequence trace={trace} position={position} goTo={session.goTo} />
          ) : (
            <GraphView view={view} />
          )}
          <div class="state" role="group" tabIndex={0} aria-label={`State after step ${position}`}>
            {trace.maps.map((map) => (
              <MapView
                key={map.id}
                map={map}
                cells={state.cells.get(map.id) ?? []}
                changed={changedCells(step, map.id)}
                wrong={step?.wrong?.map === map.id ? step.wrong.clusters : NO_CELLS}
              />
            ))}
            <Properties properties={trace.properties} judgements={state.judgements} step={step} />
            <Changes changes={step?.changes ?? []} />
            <Facts facts={state.facts} changes={step?.changes ?? []} />
          </div>
        </div>
      </div>
    </article>
  );
}

const NO_CELLS: readonly number[] = [];

function changedCells(step: PlayerStep | undefined, map: string): readonly number[] {
  const changed = step?.cells.filter((change) => change.map === map).map(({ cell }) => cell);
  return changed === undefined || changed.length === 0 ? NO_CELLS : changed;
}

function TraceHead({ trace, over }: { trace: PlayerTrace; over: boolean }) {
  const { title, steps, loop, notices } = trace;
  return (
    <header class="trace-head">
      <p class="trace-title">
        {title}
        {over && <span class="over">over after {steps.length} steps</span>}
        {loop !== null && <span class="over">repeats for ever after step {loop}</span>}
      </p>
      {notices.length > 0 && (
        <ul class="trace-notices">
          {notices.map((notice) => (
            <li key={notice}>{notice}</li>
          ))}
        </ul>
      )}
    </header>
  );
}

interface NowProps {
  readonly trace: PlayerTrace;
  readonly step: PlayerStep | undefined;
  readonly position: number;
  /** what was sent, in its own lines; null: the line of the log is shown */
  readonly command: string | null;
}

/** The step in words, what it found wrong, and its line in the log. */
function Now({ trace, step, position, command }: NowProps) {
  const line = step?.line ?? "";
  return (
    <div class="now">
      <p class="now-text">
        <span class="now-number">{position}</span>
        {step === undefined ? "The beginning: no step was taken yet." : step.text}
      </p>
      <Bytes trace={trace} wrong={step?.wrong ?? null} />
      <pre
        class="log-line"
        tabIndex={0}
        role="group"
        aria-label={command === null ? "Line of the log" : "The command"}
      >
        <code>
          {step === undefined ? " " : command === null ? `${step.record}  ${line}` : line}
        </code>
      </pre>
    </div>
  );
}

/**
 * Which bytes are wrong. A trace in which some are keeps the room for it at every step, so that
 * nothing jumps when they appear.
 */
function Bytes({ trace, wrong }: { trace: PlayerTrace; wrong: WrongBytes | null }) {
  const ever = useMemo(() => trace.steps.some((step) => step.wrong !== null), [trace]);
  if (!ever) return null;
  return wrong === null ? (
    <p class="wrong-bytes tone-quiet">No wrong byte at this step.</p>
  ) : (
    <p class="wrong-bytes tone-bad">
      <span class="sign" aria-hidden="true">
        ✕
      </span>
      {wrongText(trace, wrong)}
    </p>
  );
}
