/**
 * Looks for a state that somebody describes: says while one types how it is understood.
 */
import { useSignal } from "@preact/signals";
import type { Understood } from "../../explorer/server/documents.ts";
import { ask } from "./client.ts";
import { check, current, find } from "./store.ts";

/** ms without a key after which the server is asked what it understands */
const PAUSE_MS = 250;
let timer: ReturnType<typeof setTimeout> | undefined;

export function ConditionBox() {
  const text = useSignal("");
  const understood = useSignal<Understood | null>(null);
  const type = (typed: string): void => {
    text.value = typed;
    understood.value = null;
    clearTimeout(timer);
    if (typed.trim() === "") return;
    timer = setTimeout(async () => {
      const exploration = current.value?.exploration;
      const said = await ask("condition", { exploration, text: typed }).catch(() => null);
      if (text.value === typed) understood.value = said;
    }, PAUSE_MS);
  };
  return (
    <section class="panel explorer-panel" aria-label="Search">
      <h2>Search</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void find(text.value);
        }}
      >
        <label>
          A state in which{" "}
          <input
            type="search"
            class="explorer-condition"
            value={text.value}
            placeholder="cluster 1 copied and reader 0 frozen"
            onInput={(event) => type(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Find the shortest way
        </button>{" "}
        <button type="button" onClick={() => check()}>
          Check everything
        </button>
      </form>
      <div role="status" class="explorer-understood">
        {understood.value !== null && <Meaning understood={understood.value} text={text.value} />}
      </div>
      <Names />
    </section>
  );
}

function Meaning({ understood, text }: { understood: Understood; text: string }) {
  if (understood.kind === "condition") {
    const { length } = understood.holds;
    return (
      <p>
        Understood as <code>{understood.text}</code>
        {length > 0 && `; it holds in ${length} of the visited states`}
      </p>
    );
  }
  const { from, to, message } = understood;
  return (
    <p class="tone-bad explorer-problem">
      {text.slice(0, from)}
      <mark>{text.slice(from, to) || "…"}</mark>
      {text.slice(to)}: {message}
    </p>
  );
}

/** What a condition can speak of. */
function Names() {
  const vocabulary = current.value?.vocabulary ?? [];
  return (
    <details>
      <summary>Names that can be used</summary>
      <dl class="terms">
        {vocabulary.map(({ name, values }, place) => (
          <div key={`${name} ${place}`}>
            <dt>{name}</dt>
            <dd>{values.length === 0 ? "numbers" : values.join(", ")}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
