/**
 * A receipt as the lines that `check` prints.
 *
 *     fleece   holds   4 clusters: 95,648 states, 518,080 transitions, depth 28   0.1 s
 *       view-equals-point-in-time   always   holds   judged 1,204,416 times
 */
import { counted, grouped } from "./numbers.ts";
import type { CheckReceipt } from "./receipt.ts";
import { subjectName } from "./subject.ts";
import { symmetryText } from "./symmetry-text.ts";

/** Name, verdict, bounds, counts, time. `holds` never stands without the bounds that it is for. */
export function verdictLine(receipt: CheckReceipt): string {
  const { verdict, bounds, problem, seconds } = receipt;
  const scope = bounds === "" ? "" : `${bounds}: `;
  const why = problem === null ? "" : `${problem}; `;
  const what = `${scope}${why}${countsText(receipt)}`;
  return `${subjectName(receipt)}   ${verdict}   ${what}   ${seconds.toFixed(1)} s`;
}

function countsText({ states, transitions, depth, method, walks }: CheckReceipt): string {
  const { symmetry, partialOrder, walks: most, seed } = method;
  const upTo = symmetryText(symmetry);
  if (method.search !== "bfs") {
    const all = counted(most ?? 0, `${method.search} walk`);
    const part = walks === most ? "" : `${grouped(walks ?? 0)} of `;
    const taken = `${part}${all} from seed ${seed ?? 0}`;
    // Walks of a swarm know what each of them saw, but not how much of it others saw as well.
    const seen = states === 0 ? "" : `, at least ${counted(states, "state")}`;
    const each = grouped(Math.round(transitions / Math.max(1, walks ?? 0)));
    const steps = `${counted(transitions, "transition")} (${each} a walk)`;
    return `${taken}, ${steps}, depth ${depth}${seen}`;
  }
  const taken = counted(transitions, "transition");
  const left = partialOrder ? " left by partial-order reduction" : "";
  return `${counted(states, "state")}${left}${upTo}, ${taken}, depth ${depth}`;
}

const OUTCOMES = {
  holds: "holds",
  violated: "violated",
  undecided: "undecided",
  "never-applies": "never applies",
} as const;

/** A line for each property: what it promises, and what came of it. */
export function checkPropertyLines({ properties, notChecked }: CheckReceipt): string[] {
  const width = Math.max(0, ...[...properties.map(({ name }) => name), ...notChecked].map(length));
  const checked = properties.map(({ name, promise, judged, outcome }) => {
    const words = [name.padEnd(width), promise.padEnd(10), OUTCOMES[outcome].padEnd(13)];
    return `  ${words.join("   ")}   judged ${grouped(judged)} times`;
  });
  return [...checked, ...notChecked.map((name) => `  ${name.padEnd(width)}   not checked`)];
}

function length(text: string): number {
  return text.length;
}

/** Chart transitions that are listed; the receipt has them all. */
const LISTED_MAX = 12;

/**
 * The chart transitions that were never taken. Only a search that saw everything can say that they
 * are unreachable.
 */
export function coverageLines({ coverage, complete }: CheckReceipt): string[] {
  if (coverage === null || coverage.total === 0) return [];
  const { never, total, taken } = coverage;
  if (never.length === 0) return [`  all ${grouped(total)} chart transitions are taken`];
  const heading = complete ? "unreachable in these bounds" : "not reached yet";
  const shown = never.slice(0, LISTED_MAX);
  const widths = [shown.map(({ chart }) => chart), shown.map(({ state }) => state)].map((texts) =>
    Math.max(...texts.map(length)),
  );
  const [chartWidth = 0, stateWidth = 0] = widths;
  const lines = shown.map(({ chart, state, event }) => {
    return `    ${chart.padEnd(chartWidth)}   ${state.padEnd(stateWidth)}   ${event}`;
  });
  const rest = never.length - shown.length;
  return [
    `  ${heading}: ${never.length} of ${total} chart transitions (${taken} are taken)`,
    ...lines,
    ...(rest === 0 ? [] : [`    and ${rest} more, in receipt.json`]),
  ];
}
