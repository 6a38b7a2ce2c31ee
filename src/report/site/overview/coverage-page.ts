/**
 * Which transitions of the charts no check has ever taken: what is never taken was never tested;
 * and which bugs of the past no property looks for.
 */
import { cell, code, column, heading, link, numberCell, paragraph } from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import type { ChartTransition, ModelEvidence, SiteInput } from "../site-input.ts";
import { historyBlocks } from "./history-blocks.ts";

export function coveragePages({ models }: SiteInput): PageDocument[] {
  return [
    {
      path: "coverage",
      title: "Coverage",
      summary:
        "Chart transitions that no check has taken, and bugs of the past that none looks for.",
      trail: [],
      blocks: [
        ...blocksOf(models.filter(({ check }) => check?.coverage != null)),
        ...historyBlocks(),
      ],
    },
  ];
}

function blocksOf(counted: readonly ModelEvidence[]): Block[] {
  if (counted.length === 0) {
    return [
      paragraph(
        "No receipt of a check of the models as they stand counts transitions. ",
        code("npx blockgraph check MODEL"),
        " leaves one.",
      ),
    ];
  }
  const charts = chartsOf(counted);
  const all = [...charts.values()];
  const [total, taken] = [sum(all.map((c) => c.total)), sum(all.map((c) => c.taken))];
  return [
    paragraph(
      `${taken.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} transitions of ` +
        `${charts.size} charts are taken in checks of ${counted.length} models, each in its own ` +
        "bounds. A transition that is left is impossible in all of them, or beyond their bounds.",
    ),
    {
      kind: "table",
      caption: "Transitions of every chart",
      sortable: true,
      columns: [column("chart"), column("taken", "end"), column("of", "end"), column("models")],
      rows: [...charts].map(([chart, { total, taken, models }]) => [
        cell(code(chart)),
        numberCell(taken),
        numberCell(total),
        { text: models.flatMap((name) => [link(name, `models/${name}`), " "]) },
      ]),
    },
    heading(2, "Never taken"),
    ...[...charts].flatMap(([chart, { never }]) => neverTaken(chart, never)),
  ];
}

function neverTaken(chart: string, never: readonly ChartTransition[]): Block[] {
  if (never.length === 0) return [];
  return [
    {
      kind: "details",
      summary: `${chart}: ${never.length} never taken`,
      blocks: [
        {
          kind: "table",
          caption: `Transitions of ${chart} that were never taken`,
          sortable: true,
          columns: [column("state"), column("event")],
          rows: never.map(({ state, event }) => [cell(state), cell(code(event))]),
        },
      ],
    },
  ];
}

interface ChartCoverage {
  readonly total: number;
  readonly taken: number;
  readonly never: readonly ChartTransition[];
  readonly models: readonly string[];
}

/** What all checks together have taken, by chart. */
function chartsOf(counted: readonly ModelEvidence[]): Map<string, ChartCoverage> {
  const known = new Map<string, { transition: ChartTransition; taken: boolean }>();
  const models = new Map<string, Set<string>>();
  for (const { model, check, transitions } of counted) {
    const never = new Set(check?.coverage?.never.map(keyOf));
    for (const transition of transitions) {
      const key = keyOf(transition);
      const taken = !never.has(key) || known.get(key)?.taken === true;
      known.set(key, { transition, taken });
      models.set(transition.chart, (models.get(transition.chart) ?? new Set()).add(model.name));
    }
  }
  const charts = [...models].sort(([one], [other]) => (one < other ? -1 : 1));
  return new Map(
    charts.map(([chart, names]) => {
      const own = [...known.values()].filter(({ transition }) => transition.chart === chart);
      const never = own.filter(({ taken }) => !taken).map(({ transition }) => transition);
      const taken = own.length - never.length;
      return [chart, { total: own.length, taken, never, models: [...names] }];
    }),
  );
}

function keyOf({ chart, state, event }: ChartTransition): string {
  return JSON.stringify([chart, state, event]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
