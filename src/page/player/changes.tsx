/**
 * What a step changed: before and after.
 */
import type { Change } from "../../report/site/player-trace.ts";

export function Changes({ changes }: { changes: readonly Change[] }) {
  return (
    <div class="changes" role="group" aria-label="What the step changed">
      <p class="part-title">Changed by this step</p>
      {changes.length === 0 ? (
        <p class="nothing">nothing that is shown here</p>
      ) : (
        <ul>
          {changes.map(({ what, before, after }) => (
            <li key={what}>
              <span class="change-what">{what}</span>
              <span class="change-values">
                <Value value={before} absent="was not there" kind="before" />
                <span class="change-arrow" aria-hidden="true">
                  →
                </span>
                <Value value={after} absent="is gone" kind="after" />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface ValueProps {
  readonly value: string | null;
  readonly absent: string;
  readonly kind: "before" | "after";
}

function Value({ value, absent, kind }: ValueProps) {
  if (value === null) return <em class={`change-${kind}`}>{absent}</em>;
  return kind === "before" ? (
    <del class="change-before">{value}</del>
  ) : (
    <ins class="change-after">{value}</ins>
  );
}
