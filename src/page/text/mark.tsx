/**
 * A mark that says what a thing is. Its sign and its words say it; the colour only says it faster.
 */
import type { Tone } from "../../report/site/picture.ts";

const SIGNS: Readonly<Partial<Record<Tone, string>>> = { good: "✓", bad: "✕", open: "?" };

/** The sign of a tone; undefined for those that judge nothing. */
export function signOf(tone: Tone): string | undefined {
  return SIGNS[tone];
}

export function Mark({ tone, text }: { tone: Tone; text: string }) {
  const sign = signOf(tone);
  return (
    <span class={`mark tone-${tone}`}>
      {sign !== undefined && (
        <span class="sign" aria-hidden="true">
          {sign}
        </span>
      )}
      {text}
    </span>
  );
}
