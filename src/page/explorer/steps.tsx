/**
 * What can happen next, and the way back.
 *
 * Whoever takes steps by keys stays in the list: where the step that was taken stood there is one
 * of the new state, or the last of them is focused.
 */
import { useEffect, useRef } from "preact/hooks";
import type { EnabledStep, StateView } from "../../explorer/session/exploration.ts";
import { take, visit } from "./store.ts";

export function Steps({ view }: { view: StateView }) {
  const { id, parent, depth, reached, steps, notices } = view;
  const list = useRef<HTMLOListElement>(null);
  const isTaken = useRef(false);
  useEffect(() => {
    const isLost = isTaken.current && document.activeElement === document.body;
    isTaken.current = false;
    if (!isLost) return;
    const last = list.current?.querySelector<HTMLButtonElement>("li:last-child button:enabled");
    (last ?? list.current)?.focus();
  }, [id]);
  return (
    <section class="panel explorer-panel" aria-label="What can happen next">
      <h2>What can happen next</h2>
      <p class="explorer-here" aria-live="polite">
        {hereText(depth, reached)}{" "}
        {parent !== null && (
          <button type="button" onClick={() => visit(parent)}>
            Back
          </button>
        )}
      </p>
      {notices.map((notice) => (
        <p key={notice}>{notice}</p>
      ))}
      <ol
        class="explorer-steps"
        ref={list}
        tabIndex={-1}
        onClickCapture={() => {
          isTaken.current = true;
        }}
      >
        {steps.map((step) => (
          <li key={step.index}>
            <Step step={step} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function hereText(depth: number, reached: string): string {
  if (depth > 0) return `After step ${depth}: ${reached}`;
  return reached === "" ? "The beginning." : `After ${reached}.`;
}

function Step({ step: { index, who, what, visited, breaks, dead } }: { step: EnabledStep }) {
  const broken = breaks.length === 0 ? null : `breaks ${breaks.join(", ")}`;
  return (
    <button type="button" disabled={dead !== null} onClick={() => take(index)}>
      <strong>{who}</strong> {what}
      {visited !== null && <span class="explorer-note"> seen as state {visited}</span>}
      {broken !== null && <span class="explorer-note tone-bad"> ✕ {broken}</span>}
      {dead !== null && <span class="explorer-note"> leads nowhere: {dead}</span>}
    </button>
  );
}
