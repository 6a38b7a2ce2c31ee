/**
 * Pages of scripts that rewire a graph, and the one that lists them with the rules of permissions.
 */

import { REWIRINGS } from "../../../../models/rewiring/index.ts";
import { type Recording, recordedAnswers } from "../../rewiring/recorded-answer.ts";
import { type Rewired, rewired } from "../../rewiring/rewired.ts";
import { rewiringTrace } from "../../rewiring/rewiring-trace.ts";
import { code, commands, heading, link, numberCell, terms, verdictMark } from "../blocks.ts";
import type { Block, Cell, PageDocument, Text } from "../page-document.ts";
import type { SiteInput, SurgeryEvidence } from "../site-input.ts";
import { bullets, cell, leftColumn, listed, mark, paragraph, rightColumn } from "../writing.ts";
import { recordingsOf } from "./recordings.ts";
import { BELOW_REWIRING, REWIRING, rewiringPath } from "./rewiring-links.ts";
import { RULES } from "./rules.ts";
import { surgeryPages } from "./surgery-pages.ts";

export function* rewiringPages(input: SiteInput): Generator<PageDocument, void, void> {
  const recordings = recordingsOf(input.source);
  const all = [...REWIRINGS.values()].map((rewiring) => rewired(rewiring));
  yield listPage(input, all, recordings);
  for (const each of all) yield onePage(input, each, recordings.get(each.rewiring.name) ?? []);
  yield* surgeryPages(input);
}

function listPage(
  { surgeries }: SiteInput,
  all: readonly Rewired[],
  recordings: ReadonlyMap<string, readonly Recording[]>,
): PageDocument {
  return {
    path: REWIRING,
    title: "Rewiring a graph, step by step",
    summary:
      "How hooks are put under running guests: every command, what it asks of whom, and who " +
      "refuses.",
    trail: [{ title: "Overview", path: "index" }],
    blocks: [
      paragraph(
        "A command that rewires a graph is a transaction: links are changed first, then every " +
          "node below says what it needs of its children and what it lets others do, and if two " +
          "users of a node do not agree, all of it is taken back. Each script below is stepped " +
          "through like a trace: the graph before and after, and where each permission comes from.",
      ),
      {
        kind: "table",
        caption: "Scripts, with what is refused in them",
        columns: [
          ...["script", "what it shows", "rules"].map(leftColumn),
          ...["commands", "refused"].map(rightColumn),
          leftColumn("recorded by QEMU"),
        ],
        rows: all.map((each) => rowOf(each, recordings.get(each.rewiring.name) ?? [])),
        sortable: true,
      },
      heading(2, "The rules of permissions"),
      paragraph(
        "On an edge stands what a parent requires, and after the slash what it shares with the " +
          "other parents of its child: R consistent read, W write, U write unchanged, S resize.",
      ),
      bullets(RULES),
      heading(2, "Every sequence of commands"),
      paragraph(
        "Scripts are examples. These searches apply every command with all arguments to every " +
          "graph that commands can make, and judge what no command may break.",
      ),
      ...surgeryBlocks(surgeries),
      heading(2, "A script of your own"),
      commands("npx blockgraph explain script.jsonl --profile qemu-7.2"),
    ],
  };
}

function rowOf(done: Rewired, recordings: readonly Recording[]): Cell[] {
  const { rewiring, steps } = done;
  const refused = steps.filter(({ explained }) => explained.verdict === "refused").length;
  return [
    cell([link(rewiring.name, rewiringPath(rewiring))]),
    cell(rewiring.title),
    cell([code(rewiring.profile)]),
    numberCell(steps.length),
    numberCell(refused),
    cell(recordedText(done, recordings)),
  ];
}

/** Whether QEMU answers as the rules say, in a few words. */
function recordedText(done: Rewired, all: readonly Recording[]): Text {
  const isProposed = done.rewiring.profile === "proposed";
  if (all.length === 0) return [`no QEMU has ${isProposed ? "this yet" : "this"}`];
  return all.flatMap((recording, index): Text => {
    const others = recordedAnswers(recording, done).filter((each) => each?.agrees === false).length;
    const verdict = others === 0 ? mark("agrees", "good") : mark(`${others} otherwise`, "open");
    const between = index === 0 ? [] : [", "];
    return [...between, `${recording.version} `, verdict];
  });
}

function surgeryBlocks(surgeries: readonly SurgeryEvidence[]): Block[] {
  return [
    {
      kind: "table",
      caption: "Searches of graphs",
      columns: [
        ...["search", "what it explores", "rules", "verdict", "bounds"].map(leftColumn),
        rightColumn("graphs"),
      ],
      rows: surgeries.map(({ surgery, check }) => [
        cell([link(surgery.name, rewiringPath(surgery))]),
        cell(surgery.idea),
        cell([code(surgery.profile)]),
        cell([verdictMark(check?.verdict ?? null)]),
        cell(check?.bounds ?? "-"),
        numberCell(check?.states ?? null),
      ]),
      sortable: false,
    },
    commands(...surgeries.map(({ surgery }) => `npx blockgraph check ${surgery.name}`)),
  ];
}

function onePage(
  { viz }: SiteInput,
  done: Rewired,
  recordings: readonly Recording[],
): PageDocument {
  const { rewiring } = done;
  const { name, title, idea, profile, models, setup, commands: sent } = rewiring;
  return {
    path: rewiringPath(rewiring),
    title: name,
    summary: title,
    trail: BELOW_REWIRING,
    blocks: [
      paragraph(idea),
      terms([
        ["rules", code(profile)],
        ["models", ...listed(models.map((model) => link(model, `models/${model}`)))],
        ["recorded", ...recordedText(done, recordings)],
      ]),
      { kind: "player", traces: [rewiringTrace(viz, done, recordings)] },
      paragraph(
        "Green is new, yellow asks for something else than before, red are two edges that do " +
          "not agree, dashed is what moves or goes. What stands on an edge is what it requires " +
          "and shares; point at it, or reach it with Tab, and it says where each is from.",
      ),
      {
        kind: "details",
        summary: "All commands as QEMU takes them",
        blocks: [
          {
            kind: "code",
            language: "json",
            text: [...setup, ...sent].map((each) => JSON.stringify(each)).join("\n"),
          },
        ],
      },
    ],
  };
}
