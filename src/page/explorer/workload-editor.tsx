/**
 * Who does what: each actor follows a script of requests, or chooses them.
 */
import type { Signal } from "@preact/signals";
import type { Workload } from "../../explorer/server/documents.ts";
import type { Operation } from "../../vocabulary.ts";

type Actor = Workload[number];
type Script = Extract<Actor["requests"], readonly unknown[]>;
type Choice = Exclude<Actor["requests"], readonly unknown[]>;

/** What clients send; the others are what nodes ask of each other. */
const SENT = ["read", "write", "write-zeroes", "discard", "flush", "block-status"] as const;

/** bytes: what new requests begin with */
const CLUSTER = 65_536;

export function WorkloadEditor({ workload }: { workload: Signal<Workload> }) {
  return (
    <details class="explorer-workload">
      <summary>Workload: {workload.value.map(({ actor }) => actor).join(", ")}</summary>
      {workload.value.map((actor, place) => (
        <ActorFields
          key={actor.actor}
          actor={actor}
          change={(changed) => {
            workload.value = workload.value.with(place, changed);
          }}
        />
      ))}
    </details>
  );
}

interface ActorProps {
  readonly actor: Actor;
  readonly change: (actor: Actor) => void;
}

function ActorFields({ actor, change }: ActorProps) {
  const { requests, depth = 1 } = actor;
  const isScript = Array.isArray(requests);
  return (
    <fieldset>
      <legend>{actor.actor}</legend>
      <div class="explorer-buttons">
        <label>
          <input
            type="checkbox"
            checked={!isScript}
            onChange={() =>
              change({ ...actor, requests: isScript ? choiceOf(requests) : scriptOf(requests) })
            }
          />{" "}
          chooses its requests
        </label>
        <NumberField
          label="in flight"
          value={depth}
          min={1}
          max={4}
          change={(value) => change({ ...actor, depth: value })}
        />
      </div>
      {isScript ? (
        <ScriptFields
          who={actor.actor}
          script={requests}
          change={(script) => change({ ...actor, requests: script })}
        />
      ) : (
        <ChoiceFields
          choice={requests}
          change={(choice) => change({ ...actor, requests: choice })}
        />
      )}
    </fieldset>
  );
}

/** What can be chosen: what clients send, and whatever the model has. */
function offered(own: readonly Operation[]): Operation[] {
  return [...new Set<Operation>([...SENT, ...own])];
}

function choiceOf(script: Script): Choice {
  return {
    operations: [...new Set(script.map(({ operation }) => operation))],
    count: script.length,
    alignment: CLUSTER,
    longest: CLUSTER,
  };
}

function scriptOf({ operations, longest }: Choice): Script {
  return [{ operation: operations[0] ?? "read", offset: 0, length: longest }];
}

interface ChoiceFieldsProps {
  readonly choice: Choice;
  readonly change: (choice: Choice) => void;
}

function ChoiceFields({ choice, change }: ChoiceFieldsProps) {
  const { operations, count, alignment, longest } = choice;
  return (
    <div class="explorer-buttons">
      {offered(operations).map((operation) => (
        <label key={operation}>
          <input
            type="checkbox"
            checked={operations.includes(operation)}
            onChange={({ currentTarget: { checked } }) => {
              const others = operations.filter((each) => each !== operation);
              change({ ...choice, operations: checked ? [...others, operation] : others });
            }}
          />{" "}
          {operation}
        </label>
      ))}
      <NumberField
        label="requests"
        value={count}
        min={1}
        max={64}
        change={(value) => change({ ...choice, count: value })}
      />
      <NumberField
        label="aligned to, bytes"
        value={alignment}
        min={1}
        change={(value) => change({ ...choice, alignment: value })}
      />
      <NumberField
        label="longest, bytes"
        value={longest}
        min={1}
        change={(value) => change({ ...choice, longest: value })}
      />
    </div>
  );
}

interface ScriptFieldsProps {
  readonly who: string;
  readonly script: Script;
  readonly change: (script: Script) => void;
}

function ScriptFields({ who, script, change }: ScriptFieldsProps) {
  return (
    <>
      <ol class="explorer-script">
        {script.map((request, place) => (
          <li key={place} class="explorer-buttons">
            <select
              aria-label={`Operation of request ${place + 1} of ${who}`}
              value={request.operation}
              onChange={({ currentTarget: { value } }) => {
                const operation = offered([request.operation]).find((each) => each === value);
                if (operation !== undefined) change(script.with(place, { ...request, operation }));
              }}
            >
              {offered([request.operation]).map((operation) => (
                <option key={operation} value={operation}>
                  {operation}
                </option>
              ))}
            </select>
            <NumberField
              label="at byte"
              value={request.offset}
              min={0}
              change={(offset) => change(script.with(place, { ...request, offset }))}
            />
            <NumberField
              label="bytes"
              value={request.length}
              min={0}
              change={(length) => change(script.with(place, { ...request, length }))}
            />
            <button
              type="button"
              disabled={script.length === 1}
              aria-label={`Remove request ${place + 1} of ${who}`}
              onClick={() => change(script.toSpliced(place, 1))}
            >
              Remove
            </button>
          </li>
        ))}
      </ol>
      <button
        type="button"
        onClick={() => change([...script, script.at(-1) ?? FIRST])}
        aria-label={`Add a request of ${who}`}
      >
        Add a request
      </button>
    </>
  );
}

const FIRST: Script[number] = { operation: "read", offset: 0, length: CLUSTER };

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max?: number;
  readonly change: (value: number) => void;
}

function NumberField({ label, value, min, max, change }: NumberFieldProps) {
  return (
    <label>
      {label}{" "}
      <input
        type="number"
        min={min}
        max={max}
        required
        value={value}
        onInput={({ currentTarget }) => change(Number(currentTarget.value))}
      />
    </label>
  );
}
