/**
 * The keys of a player, in a dialogue of the browser's own: it keeps the focus, and Escape ends it.
 */
import { useEffect, useRef } from "preact/hooks";
import { KEYS } from "./keys.ts";

export function KeyHelp({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="key-help" ref={dialog} aria-labelledby="key-help-title" onClose={close}>
      <h2 id="key-help-title">Keys of the player</h2>
      <dl>
        {KEYS.map(({ keys, meaning }) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
