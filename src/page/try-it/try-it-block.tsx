/**
 * The button that searches a small model in the reader's own browser.
 *
 * The script with the model and the checker in it is loaded when the button is pressed first; it
 * stands beside the site's own, so nothing leaves the site.
 */
import { type Signal, useSignal } from "@preact/signals";
import { useContext } from "preact/hooks";
import type { TryIt, TryItProgress, TryItRegistry, TryItResult } from "../../report/site/try-it.ts";
import { PagePath } from "../frame/page-path.ts";
import { rootFrom } from "../frame/site-link.ts";
import { Player } from "../player/player.tsx";
import { Mark } from "../text/mark.tsx";

declare global {
  interface Window {
    blockgraphTryIt?: TryItRegistry;
  }
}

interface TryItProps {
  readonly script: string;
  readonly model: string;
  readonly bounds: string;
}

type Stage =
  | { readonly kind: "idle" }
  | { readonly kind: "searching"; readonly progress: TryItProgress | null }
  | { readonly kind: "ended"; readonly result: TryItResult }
  | { readonly kind: "failed"; readonly why: string };

const number = new Intl.NumberFormat("en");

function progressText({ states, transitions, depth }: TryItProgress): string {
  const counts = `${number.format(states)} states, ${number.format(transitions)} transitions`;
  return `${counts}, depth ${number.format(depth)}`;
}

/** The search of a model, loaded if it is not there yet. */
async function loadTryIt(script: string, model: string): Promise<TryIt> {
  if (window.blockgraphTryIt?.[model] === undefined) {
    await new Promise<void>((resolve, reject) => {
      const element = document.createElement("script");
      element.src = script;
      element.onload = () => resolve();
      element.onerror = () => reject(new Error(`${script} cannot be loaded: make the site again`));
      document.head.append(element);
    });
  }
  const found = window.blockgraphTryIt?.[model];
  if (found === undefined) throw new Error(`${script} has no model "${model}"`);
  return found;
}

async function search(stage: Signal<Stage>, script: string, model: string): Promise<void> {
  stage.value = { kind: "searching", progress: null };
  try {
    const tryIt = await loadTryIt(script, model);
    const result = await tryIt.start((progress) => {
      if (stage.value.kind === "searching") stage.value = { kind: "searching", progress };
    });
    stage.value = { kind: "ended", result };
  } catch (error) {
    stage.value = { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}

export function TryItBlock({ script, model, bounds }: TryItProps) {
  const page = useContext(PagePath);
  const stage = useSignal<Stage>({ kind: "idle" });
  const searching = stage.value.kind === "searching";
  const start = () => search(stage, `./${rootFrom(page)}${script}`, model);
  return (
    <section class="try-it panel" aria-label={`Search ${model} in this page`}>
      <div class="try-it-bar">
        {searching ? (
          <button type="button" onClick={() => window.blockgraphTryIt?.[model]?.stop()}>
            Stop
          </button>
        ) : (
          <button type="button" class="primary" onClick={start}>
            Check it in this page
          </button>
        )}
        <span>
          <code>{model}</code> {bounds}
        </span>
      </div>
      <Outcome stage={stage.value} />
    </section>
  );
}

function Outcome({ stage }: { stage: Stage }) {
  return (
    <>
      <div role="status" class="outcome">
        {stage.kind === "searching" && <Searching progress={stage.progress} />}
        {stage.kind === "ended" && <Ended result={stage.result} />}
        {stage.kind === "failed" && <Mark tone="bad" text={stage.why} />}
      </div>
      {stage.kind === "ended" && stage.result.trace !== null && (
        <Player traces={[stage.result.trace]} />
      )}
    </>
  );
}

function Searching({ progress }: { progress: TryItProgress | null }) {
  return <p>{progress === null ? "Loading the checker" : progressText(progress)}</p>;
}

function Ended({ result }: { result: TryItResult }) {
  return (
    <>
      <p>
        <Mark tone={result.tone} text={result.verdict} /> {progressText(result.progress)},{" "}
        {(result.milliseconds / 1000).toFixed(2)} s
      </p>
      {result.notices.map((notice) => (
        <p key={notice}>{notice}</p>
      ))}
    </>
  );
}
