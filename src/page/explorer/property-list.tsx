/**
 * What every property says of the way to the state, and what broke it.
 */
import type { PropertyView } from "../../explorer/session/exploration.ts";
import type { Tone } from "../../report/site/picture.ts";
import { Mark } from "../text/mark.tsx";

const TONES: Readonly<Record<PropertyView["status"], Tone>> = {
  "not judged": "quiet",
  holds: "good",
  violated: "bad",
};

export function PropertyList({ properties }: { properties: readonly PropertyView[] }) {
  return (
    <section class="panel explorer-panel properties" aria-label="Properties">
      <h2>Properties</h2>
      <ul>
        {properties.map(({ name, statement, status, why }) => (
          <li key={name}>
            <Mark tone={TONES[status]} text={status} />
            <span class="property-name">{name}</span>
            <span class="property-statement">{statement}</span>
            {why !== "" && <span class="property-why tone-bad">{why}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
