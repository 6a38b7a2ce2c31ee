/**
 * What can be done with the way to the current state, and how it went.
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Mark } from "../text/mark.tsx";
import { type Deed, deeds, download, promote, replay } from "./deeds.ts";
import { branchAt, current } from "./store.ts";

export function Actions() {
  const open = current.value;
  const name = useSignal("");
  const qemu = useSignal("");
  if (open === null) return null;
  return (
    <section class="panel explorer-panel" aria-label="This path">
      <h2>This path</h2>
      <div class="explorer-buttons">
        <button type="button" onClick={() => download()}>
          Download
        </button>
        <button type="button" onClick={() => replay("sim")}>
          Replay in the simulator
        </button>
        <button type="button" onClick={() => replay("files")}>
          On real files
        </button>
        <button type="button" onClick={() => replay("qemu", qemu.value)}>
          On QEMU
        </button>
        <label>
          of version{" "}
          <select
            value={qemu.value}
            onChange={(event) => {
              qemu.value = event.currentTarget.value;
            }}
          >
            <option value="">as its rules</option>
            <option value="7.2">7.2</option>
            <option value="10.0">10.0</option>
          </select>
        </label>
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
      <ul class="explorer-jobs explorer-deeds" aria-live="polite">
        {deeds.value.map((deed) => (
          <li key={deed.id}>
            <DeedLine deed={deed} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function DeedLine({ deed: { what, began, ended } }: { deed: Deed }) {
  if (ended === null) {
    return (
      <>
        <Mark tone="quiet" text="under way" /> {what} <Elapsed since={began} />
      </>
    );
  }
  const { tone, text } = ended;
  return (
    <>
      <Mark tone={tone} text={tone === "good" ? "done" : "failed"} /> {what}: {text}
    </>
  );
}

/** Who waits sees the time go by; a screen reader is spared. */
function Elapsed({ since }: { since: number }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }, [now]);
  return <span aria-hidden="true">{Math.max(0, Math.floor((now.value - since) / 1000))} s</span>;
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
