/**
 * Opens a model, with everything that can be chosen about it, or a log.
 */
import { useSignal } from "@preact/signals";
import type { ModelSummary } from "../../explorer/server/documents.ts";
import { current, look, models, opened, openLog, openModel } from "./store.ts";

export function OpenPanel() {
  const name = useSignal(current.value?.chosen?.model ?? "");
  const model = models.value.find((each) => each.name === name.value);
  return (
    <details class="panel explorer-panel" open={current.value === null}>
      <summary>Open a model or a log</summary>
      <div class="explorer-buttons">
        <label>
          Model{" "}
          <select
            value={name.value}
            onChange={(event) => {
              name.value = event.currentTarget.value;
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
      {model !== undefined && <ModelForm key={model.name} model={model} />}
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

function ModelForm({ model }: { model: ModelSummary }) {
  const problem = useSignal("");
  const submit = (form: HTMLFormElement): void => {
    try {
      problem.value = "";
      void openModel(requestOf(model, new FormData(form)), model.name);
    } catch (error) {
      problem.value = `The workload is no JSON: ${error instanceof Error ? error.message : error}`;
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      <p>{model.idea}</p>
      <div class="explorer-buttons">
        {model.parameters.map((parameter) => (
          <label key={parameter.name} title={parameter.description}>
            {parameter.name}{" "}
            <input
              type="number"
              name={`parameter ${parameter.name}`}
              min="1"
              placeholder={String(parameter.default)}
            />
          </label>
        ))}
        <Choice name="mutant" none="none" of={model.mutants.map((each) => each.name)} />
        {model.profiles.length > 0 && (
          <Choice name="profile" none={`${model.profile}, its own`} of={model.profiles} />
        )}
      </div>
      {model.workload.length > 0 && (
        <label class="explorer-workload">
          Workload
          <textarea
            name="workload"
            rows={8}
            spellcheck={false}
            defaultValue={workloadText(model)}
          />
        </label>
      )}
      {problem.value !== "" && <p class="tone-bad explorer-problem">{problem.value}</p>}
      <button type="submit" class="primary">
        Explore it
      </button>
    </form>
  );
}

interface ChoiceProps {
  readonly name: string;
  /** what it is called to choose nothing */
  readonly none: string;
  readonly of: readonly string[];
}

function Choice({ name, none, of }: ChoiceProps) {
  return (
    <label>
      {name}{" "}
      <select name={name}>
        <option value="">{none}</option>
        {of.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

function workloadText({ workload }: ModelSummary): string {
  return JSON.stringify(workload, null, 1);
}

/** What differs from the model's own. @throws SyntaxError for a workload that is no JSON */
function requestOf(model: ModelSummary, form: FormData): unknown {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const parameters = model.parameters
    .map(({ name }) => [name, text(`parameter ${name}`)] as const)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => [name, Number(value)] as const);
  const workload = text("workload");
  const isOwn = workload === "" || workload === workloadText(model);
  return {
    model: model.name,
    mutant: text("mutant") || null,
    profile: text("profile") || null,
    parameters: Object.fromEntries(parameters),
    workload: isOwn ? [] : JSON.parse(workload),
  };
}
