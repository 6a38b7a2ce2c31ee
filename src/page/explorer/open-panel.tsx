/**
 * Opens a model, with everything that can be chosen about it, or a log.
 */
import { useSignal } from "@preact/signals";
import { ModelForm } from "./model-form.tsx";
import { current, look, models, opened, openLog } from "./store.ts";

export function OpenPanel() {
  /** null: nobody chose one, and it is what is open */
  const picked = useSignal<string | null>(null);
  const chosen = current.value?.chosen ?? null;
  const name = picked.value ?? chosen?.model ?? "";
  const model = models.value.find((each) => each.name === name);
  const own = chosen?.model === name ? chosen : null;
  return (
    <details class="panel explorer-panel" open={current.value === null}>
      <summary>Model, workload and bounds; or a log</summary>
      <div class="explorer-buttons">
        <label>
          Model{" "}
          <select
            value={name}
            onChange={(event) => {
              picked.value = event.currentTarget.value;
            }}
          >
            <option value="">choose one</option>
            {models.value.map((each) => (
              <option key={each.name} value={each.name}>
                {each.name}: {each.title}
              </option>
            ))}
          </select>
        </label>
        <label>
          Log{" "}
          <input
            type="file"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file !== undefined) void openLog(file);
            }}
          />
        </label>
        <span>or drop one anywhere on this page</span>
      </div>
      {model !== undefined && (
        <ModelForm
          key={`${model.name} ${own === null ? "" : current.value?.exploration}`}
          model={model}
          chosen={own}
        />
      )}
      <OpenedList />
    </details>
  );
}

function OpenedList() {
  if (opened.value.length < 2) return null;
  return (
    <ul class="explorer-opened">
      {opened.value.map((each) => (
        <li key={each.exploration}>
          <button
            type="button"
            aria-current={each.exploration === current.value?.exploration ? "true" : undefined}
            onClick={() => look(each)}
          >
            {each.title}
          </button>
        </li>
      ))}
    </ul>
  );
}
