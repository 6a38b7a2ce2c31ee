/**
 * What can be chosen about a model: its bounds, a mutant, rules, and who does what.
 */
import { useSignal } from "@preact/signals";
import type { ModelSummary, OpenModel, Workload } from "../../explorer/server/documents.ts";
import { openModel } from "./store.ts";
import { WorkloadEditor } from "./workload-editor.tsx";

interface ModelFormProps {
  readonly model: ModelSummary;
  /** what was chosen before; null: it is not what is open */
  readonly chosen: OpenModel | null;
}

export function ModelForm({ model, chosen }: ModelFormProps) {
  const own = model.faults.map(({ times }) => times);
  const workload = useSignal(startWorkload(model, chosen));
  const faults = useSignal<readonly number[]>(chosen?.faults.length ? chosen.faults : own);
  const submit = (form: FormData): void => {
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const parameters = model.parameters
      .map(({ name }) => [name, text(`parameter ${name}`)] as const)
      .filter(([, value]) => value !== "")
      .map(([name, value]) => [name, Number(value)] as const);
    const request = {
      model: model.name,
      mutant: text("mutant") || null,
      profile: text("profile") || null,
      parameters: Object.fromEntries(parameters),
      workload: editedOnly(model.workload, workload.value),
      faults: isSame(faults.value, own) ? [] : faults.value,
    };
    void openModel(request, model.name);
  };
  return (
    <form
      class="explorer-model"
      onSubmit={(event) => {
        event.preventDefault();
        submit(new FormData(event.currentTarget));
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
              defaultValue={String(chosen?.parameters[parameter.name] ?? "")}
            />
          </label>
        ))}
        <Choice
          name="mutant"
          none="none"
          of={model.mutants.map((each) => each.name)}
          chosen={chosen?.mutant ?? ""}
        />
        {model.profiles.length > 0 && (
          <Choice
            name="profile"
            none={`${model.profile}, its own`}
            of={model.profiles}
            chosen={chosen?.profile ?? ""}
          />
        )}
        {model.faults.map(({ what }, place) => (
          <label key={what}>
            {what}, at most{" "}
            <input
              type="number"
              min="0"
              max="4"
              value={faults.value[place] ?? 0}
              onInput={(event) => {
                faults.value = faults.value.with(place, Number(event.currentTarget.value));
              }}
            />{" "}
            times
          </label>
        ))}
      </div>
      {model.workload.length > 0 && <WorkloadEditor workload={workload} />}
      <button type="submit" class="primary">
        {chosen === null ? "Explore it" : "Explore it so, and keep the way"}
      </button>
    </form>
  );
}

interface ChoiceProps {
  readonly name: string;
  /** what it is called to choose nothing */
  readonly none: string;
  readonly of: readonly string[];
  /** empty: nothing */
  readonly chosen: string;
}

function Choice({ name, none, of, chosen }: ChoiceProps) {
  return (
    <label>
      {name}{" "}
      <select name={name}>
        <option value="">{none}</option>
        {of.map((each) => (
          <option key={each} value={each} selected={each === chosen}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The model's own, with what was changed before. */
function startWorkload(model: ModelSummary, chosen: OpenModel | null): Workload {
  const changed = new Map((chosen?.workload ?? []).map((each) => [each.actor, each]));
  return model.workload.map((each) => changed.get(each.actor) ?? each);
}

/** The actors that do something else than the model says. */
function editedOnly(own: Workload, edited: Workload): Workload {
  return edited.filter((each, place) => !isSame(each, own[place]));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
