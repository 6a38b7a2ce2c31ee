/**
 * What every property says: of the way to the state, and of the state itself; and what a violation
 * is due to.
 */
import type { Cause, PropertyView } from "../../explorer/session/exploration.ts";
import type { Tone } from "../../report/site/picture.ts";
import { Mark } from "../text/mark.tsx";

/** More are one click away. */
const MOST_CAUSES = 4;

export function PropertyList({ properties }: { properties: readonly PropertyView[] }) {
  return (
    <section class="panel explorer-panel properties" aria-label="Properties">
      <h2>Properties</h2>
      <ul>
        {properties.map((property) => (
          <li key={property.name}>
            <Property property={property} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Property({ property }: { property: PropertyView }) {
  const { name, statement, why, causes, status } = property;
  const { tone, text } = markOf(property);
  return (
    <>
      <Mark tone={tone} text={text} />
      <span class="property-name">{name}</span>
      <span class="property-statement">{statement}</span>
      {why !== "" && (
        <span class={`property-why ${status === "violated" ? "tone-bad" : "tone-good"}`}>
          {why}
        </span>
      )}
      {causes.length > 0 && <Causes causes={causes} />}
    </>
  );
}

function markOf({ promise, status, here }: PropertyView): { tone: Tone; text: string } {
  if (status === "violated") {
    return { tone: "bad", text: here === "violated" ? "violated here" : "violated before" };
  }
  if (promise === "eventually") return { tone: "quiet", text: "only a check can tell" };
  if (promise === "sometimes") {
    if (status === "not judged") return { tone: "open", text: "not reached yet" };
    return { tone: "good", text: here === null ? "reached before" : "reached here" };
  }
  if (here === "holds") return { tone: "good", text: "holds here" };
  const text = status === "holds" ? "holds so far; not applicable here" : "not applicable so far";
  return { tone: "quiet", text };
}

function Causes({ causes }: { causes: readonly Cause[] }) {
  const [first, rest] = [causes.slice(0, MOST_CAUSES), causes.slice(MOST_CAUSES)];
  return (
    <>
      <ul class="property-causes">
        {first.map((cause) => (
          <CauseLine key={cause.what} cause={cause} />
        ))}
      </ul>
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <ul class="property-causes">
            {rest.map((cause) => (
              <CauseLine key={cause.what} cause={cause} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function CauseLine({ cause: { what, value, instead } }: { cause: Cause }) {
  return (
    <li>
      <code>{what}</code> was <code>{value}</code>
      {instead.length > 0 && (
        <>
          ; it would hold with{" "}
          {instead.map((each, place) => (
            <span key={each}>
              {place > 0 && " or "}
              <code>{each}</code>
            </span>
          ))}
        </>
      )}
    </li>
  );
}
