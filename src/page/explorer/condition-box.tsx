/**
 * Looks for a state that somebody describes: says while one types how it is understood.
 */
import { useSignal } from "@preact/signals";
import type { Completions } from "../../explorer/condition/offered.ts";
import type { Understood } from "../../explorer/server/documents.ts";
import { ask } from "./client.ts";
import { ConditionField } from "./condition-field.tsx";
import { check, find } from "./searches.ts";
import { current, view } from "./store.ts";

/** ms without a key after which the server is asked what it understands */
const PAUSE_MS = 150;
let timer: ReturnType<typeof setTimeout> | undefined;

export function ConditionBox() {
  const text = useSignal("");
  const understood = useSignal<Understood | null>(null);
  const completions = useSignal<Completions | null>(null);
  const isHere = useSignal(true);
  const type = (typed: string, cursor: number): void => {
    text.value = typed;
    understood.value = null;
    completions.value = null;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const exploration = current.value?.exploration;
      const asked = { exploration, text: typed, cursor };
      const said = await ask("condition", asked).catch(() => null);
      if (text.value !== typed) return;
      completions.value = said?.completions ?? null;
      understood.value = typed.trim() === "" ? null : said;
    }, PAUSE_MS);
  };
  const examples = current.value?.examples ?? [];
  return (
    <section class="panel explorer-panel" aria-label="Search">
      <h2>Search</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void find(text.value, isHere.value);
        }}
      >
        <ConditionField
          label="A state in which"
          text={text.value}
          placeholder={examples[0] ?? ""}
          completions={completions.value}
          type={type}
          want={(cursor) => {
            if (completions.value === null) type(text.value, cursor);
          }}
        />
        <div role="status" class="explorer-understood">
          {understood.value !== null && <Meaning understood={understood.value} text={text.value} />}
        </div>
        <fieldset class="explorer-buttons">
          <legend class="unseen">Where the search begins</legend>
          <From text={`From here, ${hereText()}`} value={true} isHere={isHere} />
          <From text="From the beginning" value={false} isHere={isHere} />
        </fieldset>
        <div class="explorer-buttons">
          <button type="submit" class="primary">
            Find the shortest way
          </button>
          <button type="button" onClick={() => check()}>
            Check everything
          </button>
        </div>
      </form>
      <Examples examples={examples} choose={(example) => type(example, example.length)} />
      <Names />
    </section>
  );
}

function hereText(): string {
  const { id = 0, depth = 0 } = view.value ?? {};
  return depth === 0 ? "the beginning" : `state ${id}`;
}

interface FromProps {
  readonly text: string;
  readonly value: boolean;
  readonly isHere: { value: boolean };
}

function From({ text, value, isHere }: FromProps) {
  return (
    <label>
      <input
        type="radio"
        name="from"
        checked={isHere.value === value}
        onChange={() => {
          isHere.value = value;
        }}
      />{" "}
      {text}
    </label>
  );
}

/** Characters of a condition that are shown of how it was understood. */
const SHOWN = 240;

function shortened(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)} …`;
}

function Meaning({ understood, text }: { understood: Understood; text: string }) {
  if (understood.kind === "condition") {
    const { length } = understood.holds;
    return (
      <p>
        Understood as <code>{shortened(understood.text)}</code>
        {length > 0 && `; it holds in ${length} of the visited states`}
      </p>
    );
  }
  const { from, to, message, could } = understood;
  return (
    <>
      <p class="tone-bad explorer-problem">
        {text.slice(0, from)}
        <mark>{text.slice(from, to) || "…"}</mark>
        {text.slice(to)}: at character {from + 1}, {message}
      </p>
      {could.length > 0 && <p>Could stand there: {could.join("; ")}</p>}
    </>
  );
}

interface ExamplesProps {
  readonly examples: readonly string[];
  readonly choose: (example: string) => void;
}

function Examples({ examples, choose }: ExamplesProps) {
  if (examples.length === 0) return null;
  return (
    <details>
      <summary>Examples</summary>
      <ul class="explorer-jobs">
        {examples.map((example) => (
          <li key={example}>
            <button type="button" onClick={() => choose(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
      <p>
        There is also <code>or</code>, <code>not</code>, parentheses, <code>any</code>,{" "}
        <code>every</code>, <code>at least 2</code>, <code>at most 1</code>, <code>exactly 1</code>,
        and comparisons of numbers such as <code>&gt;= 1</code>.
      </p>
    </details>
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
