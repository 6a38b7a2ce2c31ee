/**
 * What can be done with the way to the current state.
 */
import { useSignal } from "@preact/signals";
import { pathAddress } from "./client.ts";
import { branchAt, current, promote, replay, view } from "./store.ts";

export function Actions() {
  const open = current.value;
  const name = useSignal("");
  if (open === null) return null;
  return (
    <section class="panel explorer-panel" aria-label="This path">
      <h2>This path</h2>
      <div class="explorer-buttons">
        <a href={pathAddress(open.exploration, view.value?.id ?? 0)} download>
          Download
        </a>
        <button type="button" onClick={() => replay("sim")}>
          Replay in the simulator
        </button>
        <button type="button" onClick={() => replay("files")}>
          On real files
        </button>
        <button type="button" onClick={() => replay("qemu")}>
          On QEMU
        </button>
      </div>
      <form
        class="explorer-buttons"
        onSubmit={(event) => {
          event.preventDefault();
          void promote(name.value);
        }}
      >
        <label>
          Name of a test{" "}
          <input
            type="search"
            value={name.value}
            placeholder="model and property"
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
        </label>
        <button type="submit">Promote</button>
      </form>
      {open.kind === "log" && open.records > 0 && <BranchForm last={open.records - 1} />}
    </section>
  );
}

function BranchForm({ last }: { last: number }) {
  const record = useSignal(String(last));
  return (
    <form
      class="explorer-buttons"
      onSubmit={(event) => {
        event.preventDefault();
        void branchAt(Number(record.value));
      }}
    >
      <label>
        Record{" "}
        <input
          type="number"
          min="0"
          max={last}
          value={record.value}
          onInput={(event) => {
            record.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit">Go on from there</button>
    </form>
  );
}
