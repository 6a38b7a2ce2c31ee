/**
 * All that is known at the current position, for readers who want to see it.
 */
import { useSignal } from "@preact/signals";
import type { Change } from "../../report/site/player-trace.ts";

interface FactsProps {
  readonly facts: ReadonlyMap<string, string>;
  readonly changes: readonly Change[];
}

export function Facts({ facts, changes }: FactsProps) {
  const open = useSignal(false);
  if (facts.size === 0) return null;
  return (
    <details
      class="facts"
      onToggle={(event) => {
        open.value = event.currentTarget.open;
      }}
    >
      <summary>Everything at this step ({facts.size})</summary>
      {open.value && (
        <dl>
          {[...facts].map(([what, value]) => (
            <div
              key={what}
              class={changes.some((change) => change.what === what) ? "just-now" : undefined}
            >
              <dt>{what}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </details>
  );
}
