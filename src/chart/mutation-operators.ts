/**
 * Mutation operators: every way in which the author of a driver may slip, tried everywhere.
 *
 *     drop-wait      an ask that would have to wait goes on as if it had been answered
 *     drop-ask       an ask is left out, and one of its replies is assumed
 *     skip-unlock    the same, where the ask takes back what another event did (THAW, RELEASE)
 *     swap-effects   two states of which one follows the other change places
 *     wrong-reply    an answer leads where another answer of the same state leads
 *     wrong-child    a call goes to another child
 *     wrong-range    an ask or call is about another part of the request
 *
 * An operator yields mutants that are still charts: those that no interpreter could run (a request
 * that fails without an error, say) are left out. Which of the rest are wrong, a check must tell.
 */
import { BlockgraphError } from "../error.ts";
import type { Chart } from "./chart.ts";
import type { Ask, ByteRange, Call, ClusterRange, Effect } from "./effects.ts";
import { answerImpatiently, impatientEvent, mayWait } from "./impatience.ts";
import {
  bypass,
  confuse,
  exchangeEffects,
  replaceEffect,
  stateConfig,
  withEvent,
} from "./mutate.ts";
import { tabulate } from "./tabulate.ts";
import { undoes } from "./undo.ts";

export const OPERATORS = [
  "drop-wait",
  "drop-ask",
  "skip-unlock",
  "swap-effects",
  "wrong-reply",
  "wrong-child",
  "wrong-range",
] as const;
export type Operator = (typeof OPERATORS)[number];

/** All charts of a node, by the part they play. */
export interface ChartSet {
  readonly cluster: Chart | null;
  readonly node: Chart | null;
  readonly requests: Readonly<Partial<Record<string, Chart>>>;
  readonly tasks: Readonly<Record<string, Chart>>;
}

export interface OperatorMutant {
  readonly operator: Operator;
  /** the operation or task whose chart it is: `write`, `copy` */
  readonly chart: string;
  readonly state: string;
  /** unique among the mutants of a driver: `drop-ask write draining as OK` */
  readonly name: string;
  /** what was broken, in one sentence */
  readonly statement: string;
  /** makes the change; charts without that state stay as they are */
  change<Charts extends ChartSet>(charts: Charts): Charts;
}

/** A state of a request chart, and where it is. */
interface Site {
  readonly charts: ChartSet;
  readonly children: readonly string[];
  readonly kind: "requests" | "tasks";
  readonly key: string;
  readonly chart: Chart;
  readonly state: string;
  readonly effect: Effect;
}

/** What an operator says of one mutant. */
interface Slip {
  readonly operator: Operator;
  /** what tells it from others at the same state; may be empty */
  readonly detail: string;
  readonly statement: string;
  readonly change: (chart: Chart) => Chart;
  /** a change of the cluster or node chart that goes with it */
  readonly asked?: { readonly chart: Ask["chart"]; readonly change: (chart: Chart) => Chart };
}

/**
 * Every mutant of a driver.
 * @param children edge names of its children
 */
export function operatorMutants(
  charts: ChartSet,
  children: readonly string[],
): readonly OperatorMutant[] {
  const asked = new Map([...stateCharts(charts)].map((chart) => [chart, aboutAsking(chart)]));
  return sitesOf(charts, children).flatMap((site) =>
    [
      ...askSlips(site, asked),
      ...swaps(site),
      ...wrongReplies(site),
      ...wrongChildren(site),
      ...wrongRanges(site),
    ].flatMap((slip) => {
      return isRunnable(slip.change(site.chart)) ? [mutantOf(site, slip)] : [];
    }),
  );
}

function sitesOf(charts: ChartSet, children: readonly string[]): readonly Site[] {
  return (["requests", "tasks"] as const).flatMap((kind) =>
    Object.entries(charts[kind]).flatMap(([key, chart]) => {
      if (chart === undefined) return [];
      const effects = effectsOf(chart);
      return [...effects].map(([state, effect]) => {
        return { charts, children, kind, key, chart, state, effect };
      });
    }),
  );
}

/** The effects of a request chart's states that are reached, by the names of the states. */
function effectsOf(chart: Chart): ReadonlyMap<string, Effect> {
  const effects = new Map<string, Effect>();
  for (const { name, context, effect } of tabulate(chart).complete().states) {
    const { errno } = context;
    const state = errno === null ? name : name.slice(0, name.lastIndexOf(" errno="));
    if (effect !== null && !effects.has(state)) effects.set(state, effect);
  }
  return effects;
}

function mutantOf({ kind, key, state }: Site, slip: Slip): OperatorMutant {
  const { operator, detail, statement, change, asked } = slip;
  const changed = (charts: ChartSet): Partial<ChartSet> => {
    const chart = charts[kind][key];
    if (chart === undefined || !effectsOf(chart).has(state)) return {};
    const other = asked === undefined ? null : charts[asked.chart];
    return {
      [kind]: { ...charts[kind], [key]: change(chart) },
      ...(asked !== undefined && other !== null && { [asked.chart]: asked.change(other) }),
    };
  };
  return {
    operator,
    chart: key,
    state,
    name: [operator, key, state, ...(detail === "" ? [] : [detail])].join(" "),
    statement: `${key}, ${state}: ${statement}`,
    change: (charts) => ({ ...charts, ...changed(charts) }),
  };
}

/** Whether an interpreter can run the chart. */
function isRunnable(chart: Chart): boolean {
  try {
    tabulate(chart).complete();
    return true;
  } catch (error) {
    if (error instanceof BlockgraphError && error.code === "chart-malformed") return false;
    throw error;
  }
}

function stateCharts({ cluster, node }: ChartSet): ReadonlySet<Chart> {
  return new Set([cluster, node].filter((chart) => chart !== null));
}

/** Of a chart that is asked: the events with which one may have to wait, and those that undo. */
interface Asking {
  readonly waits: ReadonlySet<string>;
  readonly undoing: ReadonlySet<string>;
}

function aboutAsking(chart: Chart): Asking {
  const automaton = tabulate(chart).complete();
  const { events } = automaton;
  return {
    waits: new Set(events.filter((event) => mayWait(automaton, event))),
    undoing: new Set(events.filter((event) => undoes(automaton, event))),
  };
}

/**
 * Waits and asks. An ask that measures a run cannot be left out: the span comes from it. Who asks
 * for any cluster does not wait.
 */
function askSlips(
  { charts, chart, state, effect }: Site,
  askings: ReadonlyMap<Chart, Asking>,
): readonly Slip[] {
  if (effect.kind !== "ask" || effect.run) return [];
  const other = charts[effect.chart];
  const asking = other === null ? undefined : askings.get(other);
  if (other === null || asking === undefined) return [];
  const { event } = effect;
  const answers = answersOf(chart, state);
  const replies = answers.filter((reply) => other.replies.includes(reply));
  const operator = asking.undoing.has(event) ? "skip-unlock" : "drop-ask";
  const waits = asking.waits.has(event) && effect.over !== "any" ? replies : [];
  return [
    ...waits.map((reply): Slip => {
      const impatient = { ...effect, event: impatientEvent(event, reply) };
      return {
        operator: "drop-wait",
        detail: `as ${reply}`,
        statement: `where it should wait with ${event} it goes on as if it were ${reply}`,
        change: (given) => replaceEffect(given, state, { effect: impatient }),
        asked: {
          chart: effect.chart,
          change: (given) => answerImpatiently(given, event, reply),
        },
      };
    }),
    ...answers.map((reply): Slip => {
      return {
        operator,
        detail: `as ${reply}`,
        statement: `${event} is not asked; ${reply} is assumed`,
        change: (given) => bypass(given, state, reply),
      };
    }),
  ];
}

/** Environment's doings: what a state may leave to its neighbour when the two change places. */
const OPTIONAL = ["NONE", "TIMEOUT", "CANCEL"];

function swaps({ chart, state, effect }: Site): readonly Slip[] {
  if (effect.kind === "finish") return [];
  const effects = effectsOf(chart);
  const needed = (name: string) =>
    answersOf(chart, name)
      .filter((answer) => !OPTIONAL.includes(answer))
      .sort()
      .join();
  const followers = new Set(answersOf(chart, state).map((event) => targetOf(chart, state, event)));
  return [...followers].flatMap((next): readonly Slip[] => {
    const following = next === null || next === state ? undefined : effects.get(next);
    if (next === null || following === undefined || following.kind === "finish") return [];
    if (needed(state) !== needed(next)) return [];
    if (JSON.stringify(effect) === JSON.stringify(following)) return [];
    return [
      {
        operator: "swap-effects",
        detail: `and ${next}`,
        statement: `it does what ${next} should do, and that does what ${state} should`,
        change: (given) => exchangeEffects(given, state, next),
      },
    ];
  });
}

function wrongReplies({ chart, state }: Site): readonly Slip[] {
  const answers = answersOf(chart, state);
  return answers.flatMap((event) =>
    answers.flatMap((other): readonly Slip[] => {
      if (targetOf(chart, state, event) === targetOf(chart, state, other)) return [];
      return [
        {
          operator: "wrong-reply",
          detail: `${event} as ${other}`,
          statement: `${event} is taken for ${other}`,
          change: (given) => confuse(given, state, event, other),
        },
      ];
    }),
  );
}

function wrongChildren({ state, effect, children }: Site): readonly Slip[] {
  if (effect.kind !== "call" || !children.includes(effect.child)) return [];
  return children
    .filter((child) => child !== effect.child)
    .map((child): Slip => {
      return {
        operator: "wrong-child",
        detail: `calls ${child}`,
        statement: `it calls ${child} instead of ${effect.child}`,
        change: (given) => replaceEffect(given, state, { effect: { ...effect, child } }),
      };
    });
}

/** What one range is easily mistaken for. */
const MISTAKEN_CLUSTERS: Readonly<Record<ClusterRange, ClusterRange>> = {
  hull: "interior",
  interior: "hull",
  whole: "interior",
  rest: "span",
  span: "rest",
  all: "hull",
};
const MISTAKEN_BYTES: Readonly<Record<ByteRange, ByteRange>> = {
  request: "interior",
  interior: "request",
  whole: "interior",
  span: "request",
};

function wrongRanges({ chart, state, effect }: Site): readonly Slip[] {
  const [usual] = answersOf(chart, state);
  if (usual === undefined) return [];
  if (effect.kind === "call") {
    const over = MISTAKEN_BYTES[effect.over];
    return [wrongRange(state, effect.over, { ...effect, over }, usual)];
  }
  if (effect.kind !== "ask" || effect.chart === "node" || effect.run) return [];
  if (effect.over === "any") return [];
  const over = MISTAKEN_CLUSTERS[effect.over];
  return [wrongRange(state, effect.over, { ...effect, over }, usual)];
}

/** @param usual the answer that an empty range gets too, where the chart expects no empty range */
function wrongRange(state: string, right: string, effect: Ask | Call, usual: string): Slip {
  return {
    operator: "wrong-range",
    detail: `over ${effect.over}`,
    statement: `it is about the ${effect.over} instead of the ${right}`,
    change: (given) => {
      const changed = replaceEffect(given, state, { effect });
      if (answersOf(given, state).includes("NONE")) return changed;
      return confuse(withEvent(changed, "NONE"), state, "NONE", usual);
    },
  };
}

function answersOf(chart: Chart, state: string): readonly string[] {
  return Object.keys(stateConfig(chart, state).on ?? {});
}

/** Where an answer leads; null: nowhere else. */
function targetOf(chart: Chart, state: string, event: string): string | null {
  const answer = stateConfig(chart, state).on?.[event];
  if (typeof answer === "string") return answer;
  const target = typeof answer === "object" && "target" in answer ? answer.target : null;
  return typeof target === "string" ? target : null;
}
