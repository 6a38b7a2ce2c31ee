/**
 * The states that were visited, as a tree: what follows one another stands below one another, and
 * only where ways part a line begins further right.
 *
 * One of its items is in the order of the Tab key; Up, Down, Home and End move among them, Enter
 * goes to a state, Delete deletes it with all that follows.
 */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { branchRows } from "./branch-rows.ts";
import { remove, rename, tree, view, visit } from "./store.ts";

/** More would not be looked through; the last ones are shown. */
const MOST = 400;
/** Deeper ones stand as far right. */
const DEEPEST = 12;

export function Branches() {
  const rows = branchRows(tree.value);
  const left = Math.max(0, rows.length - MOST);
  const shown = rows.slice(left);
  const list = useRef<HTMLUListElement>(null);
  const here = view.value?.id;
  const press = (event: KeyboardEvent, id: number): void => {
    const items = [...(list.current?.querySelectorAll("button") ?? [])];
    const place = shown.findIndex(({ state }) => state.id === id);
    const places: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(items.length - 1, place + 1),
      ArrowUp: Math.max(0, place - 1),
      Home: 0,
      End: items.length - 1,
    };
    const to = places[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[to]?.focus();
    } else if (event.key === "Delete" && id !== 0) {
      event.preventDefault();
      items[Math.max(0, place - 1)]?.focus();
      void remove(id);
    }
  };
  return (
    <section class="panel explorer-panel" aria-label="Visited states">
      <h2>Visited states</h2>
      <BranchForm key={here} />
      {left > 0 && <p>{left} more are not shown.</p>}
      <ul class="explorer-tree" ref={list}>
        {shown.map(({ state, level }) => (
          <li key={state.id} class={`level-${Math.min(level, DEEPEST)}`}>
            <button
              type="button"
              aria-current={state.id === here ? "step" : undefined}
              tabIndex={state.id === here ? 0 : -1}
              onClick={() => visit(state.id)}
              onKeyDown={(event) => press(event, state.id)}
            >
              {state.id} {state.name !== null && <strong>{state.name}: </strong>}
              {state.reached || "the beginning"}
              {state.violated.length > 0 && (
                <span class="tone-bad explorer-note"> ✕ {state.violated.join(", ")}</span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Names the current state, or deletes it. */
function BranchForm() {
  const shown = view.value;
  const name = useSignal(shown?.name ?? "");
  if (shown === null) return null;
  const { id } = shown;
  return (
    <form
      class="explorer-buttons"
      onSubmit={(event) => {
        event.preventDefault();
        void rename(id, name.value);
      }}
    >
      <label>
        Name of state {id}{" "}
        <input
          type="text"
          size={14}
          maxLength={80}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit">Name it</button>
      <button type="button" disabled={id === 0} onClick={() => remove(id)}>
        Delete it and what follows
      </button>
    </form>
  );
}
