/**
 * Searches: how far each is, how it ended, and the button that stops it.
 */
import type { JobNews } from "../../explorer/server/documents.ts";
import type { Tone } from "../../report/site/picture.ts";
import { Mark } from "../text/mark.tsx";
import { jobs, stop } from "./searches.ts";
import { current, visit } from "./store.ts";

const number = new Intl.NumberFormat("en");

export function Jobs() {
  const own = [...jobs.value.values()].filter(
    ({ exploration }) => exploration === current.value?.exploration,
  );
  if (own.length === 0) return null;
  return (
    <section class="panel explorer-panel" aria-label="Searches">
      <h2>Searches</h2>
      <ul class="explorer-jobs" aria-live="polite">
        {own.reverse().map((news) => (
          <li key={news.job}>
            <News news={news} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function News({ news }: { news: JobNews }) {
  const said = saidOf(news);
  const ways = news.kind === "checked" ? news.findings : [];
  return (
    <>
      <Mark tone={said.tone} text={said.mark} />{" "}
      {/* Only the end of a search is read out: it is further five times a second. */}
      <span aria-live={news.kind === "progress" ? "off" : undefined}>{said.text}</span>{" "}
      {news.kind === "progress" && (
        <button type="button" onClick={() => stop(news.job)}>
          Stop
        </button>
      )}
      {news.kind === "found" && (
        <button type="button" onClick={() => visit(news.state)}>
          State {news.state}
        </button>
      )}
      {news.kind === "checked" && <p>{judgedText(news.properties)}</p>}
      {ways.map(({ property, message, state }) => (
        <p key={property}>
          {property}: {message}{" "}
          <button type="button" onClick={() => visit(state)}>
            State {state}
          </button>
        </p>
      ))}
    </>
  );
}

/** `holds: no-deadlock, guest-requests-end`, for every outcome that there is. */
function judgedText(properties: Extract<JobNews, { kind: "checked" }>["properties"]): string {
  const outcomes = [...new Set(properties.map(({ outcome }) => outcome))];
  const named = (wanted: string) =>
    properties.flatMap(({ name, outcome }) => (outcome === wanted ? [name] : []));
  return outcomes.map((outcome) => `${outcome}: ${named(outcome).join(", ")}`).join("; ");
}

function saidOf(news: JobNews): { tone: Tone; mark: string; text: string } {
  switch (news.kind) {
    case "progress": {
      const { states, depth } = news;
      if (states === 0) return { tone: "quiet", mark: "searching", text: "making the program" };
      const text = `${number.format(states)} states, ${depth} steps deep`;
      return { tone: "quiet", mark: "searching", text };
    }
    case "found":
      return { tone: "good", mark: "found", text: news.message };
    case "nowhere":
      return { tone: "plain", mark: "nowhere", text: news.message };
    case "checked": {
      const { verdict, problem, states, upTo, transitions, depth } = news;
      const tone = verdict === "holds" ? "good" : verdict === "violated" ? "bad" : "open";
      const seen =
        `${number.format(states)} states${upTo}, ${number.format(transitions)} transitions, ` +
        `${depth} steps deep`;
      const text = problem === null ? seen : `${seen}: ${problem}`;
      return { tone, mark: verdict, text };
    }
    case "stopped":
      return { tone: "open", mark: "stopped", text: news.message };
    case "failed":
      return { tone: "bad", mark: "failed", text: news.message };
  }
}
