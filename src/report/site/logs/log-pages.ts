/**
 * Pages of logs that somebody has named: runs on real images, counterexamples of others, whatever
 * is left of a log. Each is stepped through like a model's own.
 */
import { checkTrace } from "../../player/check-trace.ts";
import { logTrace, type TraceName } from "../../player/log-trace.ts";
import { cell, column, link, numberCell, paragraph } from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import type { PlayerTrace } from "../player-trace.ts";
import type { GivenLog, SiteInput } from "../site-input.ts";

export function logPages({ logs }: SiteInput): PageDocument[] {
  if (logs.length === 0) return [];
  const pages = pathsOf(logs).map(({ path, given }) => logPage(path, given));
  const index: PageDocument = {
    path: "logs",
    title: "Logs",
    summary: "Logs of runs, to be stepped through.",
    trail: [],
    blocks: [
      {
        kind: "table",
        caption: "All logs",
        sortable: true,
        columns: [
          column("log"),
          column("what it is of"),
          column("steps", "end"),
          column("notices"),
        ],
        rows: pages.map(({ page, trace }) => [
          cell(link(page.title, page.path)),
          cell(trace.facts.find(({ what }) => what === "model")?.value ?? "not known"),
          numberCell(trace.steps.length),
          cell(trace.notices.join(" ")),
        ]),
      },
    ],
  };
  return [index, ...pages.map(({ page }) => page)];
}

function logPage(path: string, { file, content }: GivenLog) {
  const name: TraceName = { id: "log", title: file };
  const trace = "steps" in content ? checkTrace(name, content) : logTrace(name, content);
  const blocks: Block[] = [
    ...trace.notices.map((text): Block => ({ kind: "notice", tone: "open", text: [text] })),
    ...(trace.steps.length === 0
      ? [paragraph("There is nothing in it that can be shown.")]
      : [{ kind: "player", traces: [trace] } satisfies Block]),
  ];
  const page: PageDocument = {
    path,
    title: file,
    summary: summaryOf(trace),
    trail: [{ title: "Logs", path: "logs" }],
    blocks,
  };
  return { page, trace };
}

function summaryOf({ facts, steps }: PlayerTrace): string {
  const model = facts.find(({ what }) => what === "model")?.value ?? "something unknown";
  return `A log of ${model} with ${steps.length.toLocaleString("en-US")} steps.`;
}

/** A path for each: its file's name in letters that every web server takes, each once. */
function pathsOf(logs: readonly GivenLog[]): { path: string; given: GivenLog }[] {
  const taken = new Set<string>();
  return logs.map((given) => {
    const base = given.file.replace(/\.jsonl?$/, "").replace(/[^A-Za-z0-9_-]+/g, "-");
    const stem = `logs/${base === "" ? "log" : base}`;
    let path = stem;
    for (let number = 2; taken.has(path); number++) path = `${stem}-${number}`;
    taken.add(path);
    return { path, given };
  });
}
