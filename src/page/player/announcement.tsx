/**
 * What a screen reader says after each step. While the player plays it is silent: nobody could
 * follow.
 */
import type { PlayerStep, PlayerTrace } from "../../report/site/player-trace.ts";
import { positionIn, type Session } from "./session.ts";
import { wrongText } from "./wrong-text.ts";

export function Announcement({ session }: { session: Session }) {
  const { traces, position, playing } = session;
  const apart = traces.length > 1;
  const texts = traces.map((trace) => {
    const text = positionText(trace, positionIn(trace, position.value));
    return apart ? `${trace.title}: ${text}` : text;
  });
  return (
    <p class="unseen" aria-live={playing.value ? "off" : "polite"}>
      {texts.join(" ")}
    </p>
  );
}

function positionText(trace: PlayerTrace, position: number): string {
  const step = trace.steps[position - 1];
  const place = `Step ${position} of ${trace.steps.length}`;
  return step === undefined ? `${place}: the beginning.` : `${place}: ${stepText(trace, step)}`;
}

function stepText(trace: PlayerTrace, step: PlayerStep): string {
  const judged = step.judged.map(({ property, status, why }) => {
    const name = trace.properties[property]?.name ?? `property ${property}`;
    return ` ${name}: ${status}${why === "" ? "" : `, ${why}`}.`;
  });
  const wrong = step.wrong === null ? "" : ` ${wrongText(trace, step.wrong)}`;
  return `${step.text}.${wrong}${judged.join("")}`;
}
