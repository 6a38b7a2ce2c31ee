/**
 * The explorer: what is open, the state that is looked at, what can happen there, and how it was
 * reached.
 */
import { useMemo } from "preact/hooks";
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import { ThemeSwitch } from "../frame/theme.tsx";
import { Player } from "../player/player.tsx";
import { Actions } from "./actions.tsx";
import { Branches } from "./branches.tsx";
import { ConditionBox } from "./condition-box.tsx";
import { Jobs } from "./jobs.tsx";
import { OpenPanel } from "./open-panel.tsx";
import { PropertyList } from "./property-list.tsx";
import { StateFacts } from "./state-facts.tsx";
import { Steps } from "./steps.tsx";
import { busy, current, message, openLog, player, view } from "./store.ts";

export function Explorer() {
  return (
    <>
      <a class="skip" href="#state">
        Skip to the state
      </a>
      <header class="banner">
        <strong class="brand">blockgraph explorer</strong>
        <ThemeSwitch />
      </header>
      <main
        class="explorer"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          const file = event.dataTransfer?.files[0];
          if (file !== undefined) void openLog(file);
        }}
      >
        <h1>{current.value?.title ?? "Explore a model or a log"}</h1>
        <Status />
        <OpenPanel />
        {current.value !== null && <Explored />}
      </main>
    </>
  );
}

/** What a screen reader should say at once. */
function Status() {
  const { tone, text } = message.value ?? {
    tone: "quiet",
    text: busy.value === "" ? "" : `${busy.value} …`,
  };
  return (
    <p role="status" class={text === "" ? "unseen" : `explorer-message tone-${tone}`}>
      {text}
    </p>
  );
}

function Explored() {
  const open = current.value;
  if (open === null) return null;
  return (
    <>
      {open.bounds !== "" && <p class="lead">{open.bounds}</p>}
      {open.notices.length > 0 && (
        <ul class="explorer-notices">
          {open.notices.map((notice) => (
            <li key={notice}>{notice}</li>
          ))}
        </ul>
      )}
      <div class="explorer-columns" id="state">
        <div>
          {view.value !== null && <Steps view={view.value} />}
          <Actions />
          {open.kind === "model" && <ConditionBox />}
          <Jobs />
        </div>
        <div>
          {view.value !== null && <PropertyList properties={view.value.properties} />}
          {view.value !== null && <StateFacts facts={view.value.facts} />}
        </div>
        <Branches />
      </div>
      {player.value !== null && (
        <section aria-label="The way to this state">
          <h2>The way to this state</h2>
          <Way trace={player.value} />
        </section>
      )}
    </>
  );
}

/** The address of the page is that of the state, so the player leaves it alone. */
function Way({ trace }: { trace: PlayerTrace }) {
  const traces = useMemo(() => [trace], [trace]);
  return <Player traces={traces} start={trace.steps.length} addressed={false} />;
}
