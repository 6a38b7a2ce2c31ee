/**
 * What the properties say at the current position, and which observation failed. What a property
 * means is spelt out where it is judged.
 */
import type { Tone } from "../../report/site/picture.ts";
import type { JudgedProperty, PlayerStep, PropertyStatus } from "../../report/site/player-trace.ts";
import { Mark } from "../text/mark.tsx";
import type { Judgement } from "./fold.ts";

const TONES: Readonly<Record<PropertyStatus, Tone>> = {
  "not judged": "quiet",
  holds: "good",
  violated: "bad",
};

interface PropertiesProps {
  readonly properties: readonly JudgedProperty[];
  readonly judgements: readonly Judgement[];
  readonly step: PlayerStep | undefined;
}

export function Properties({ properties, judgements, step }: PropertiesProps) {
  if (properties.length === 0) return null;
  return (
    <div class="properties" role="group" aria-label="Properties">
      <p class="part-title">Properties</p>
      <ul>
        {properties.map(({ name, statement }, place) => {
          const { status, why } = judgements[place] ?? { status: "not judged", why: "" };
          const now = step?.judged.some(({ property }) => property === place) ?? false;
          return (
            <li key={name} class={now ? "just-now" : undefined} title={statement}>
              <Mark tone={TONES[status]} text={status} />
              <span class="property-name">{name}</span>
              {(now || why !== "") && <span class="property-statement">{statement}</span>}
              {why !== "" && <span class="property-why tone-bad">{why}</span>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
