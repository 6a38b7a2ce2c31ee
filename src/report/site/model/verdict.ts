/**
 * What was found out about a model, and what that rests on.
 */

import { counted, grouped } from "../../check/numbers.ts";
import type { CheckReceipt } from "../../check/receipt.ts";
import { symmetryText } from "../../check/symmetry-text.ts";
import type { Receipt } from "../../receipt.ts";
import {
  cell,
  code,
  column,
  commands,
  heading,
  numberCell,
  paragraph,
  secondsText,
  terms,
  verdictMark,
} from "../blocks.ts";
import type { Block } from "../page-document.ts";
import type { ModelEvidence } from "../site-input.ts";

export function verdictBlocks({ model, verify, check }: ModelEvidence): Block[] {
  return [
    heading(2, "The verdict"),
    ...(check === null ? notChecked(model.name) : checkBlocks(check)),
    ...(verify === null ? notVerified(model.name) : verifyBlocks(verify)),
  ];
}

/** What a check found, with its exact bounds. */
export function checkBlocks(check: CheckReceipt): Block[] {
  const { verdict, bounds, complete, problem, states, transitions, depth, method } = check;
  const count = (number: number) => number.toLocaleString("en-US");
  const { coverage, seconds, statesPerSecond } = check;
  return [
    paragraph(
      verdictMark(verdict),
      complete
        ? " in every interleaving within these bounds."
        : " as far as it was searched: not every state was seen.",
      ...(problem === null ? [] : [` ${problem}.`]),
    ),
    terms([
      ["bounds", bounds],
      ["states", `${count(states)}${symmetryText(method.symmetry)}`],
      ["transitions", count(transitions)],
      ["depth", counted(depth, "step")],
      ["search", `${secondsText(seconds)}, ${count(statesPerSecond)} states a second`],
      ...(coverage === null || coverage.total === 0
        ? []
        : [["chart transitions", `${coverage.taken} of ${coverage.total} taken`] as const]),
    ]),
    judgedTable(check),
    ...neverTaken(check),
  ];
}

const PROMISES = {
  always: "in every state",
  sometimes: "in some state",
  eventually: "at last, whatever happens",
} as const;

/** Every property that the check was about, and those that it was not. */
function judgedTable({ properties, notChecked }: CheckReceipt): Block {
  return {
    kind: "table",
    caption: "What the check says of each property",
    columns: [column("property"), column("holds"), column("verdict"), column("judged", "end")],
    rows: [
      ...properties.map(({ name, promise, outcome, judged }) => [
        cell(code(name)),
        cell(PROMISES[promise]),
        cell(verdictMark(outcome === "never-applies" ? "undecided" : outcome)),
        numberCell(judged, outcome === "never-applies" ? "never" : `${grouped(judged)} times`),
      ]),
      ...notChecked.map((name) => [
        cell(code(name)),
        cell("-"),
        cell({ kind: "mark", text: "not checked", tone: "quiet" }),
        numberCell(null),
      ]),
    ],
    sortable: false,
  };
}

/** Rows of the list of transitions that were not taken: the others are on the page of coverage. */
const NEVER_MOST = 50;

function neverTaken({ coverage, complete }: CheckReceipt): Block[] {
  const { never = [] } = coverage ?? {};
  if (never.length === 0) return [];
  const why = complete ? "cannot be taken within these bounds" : "were not taken so far";
  const left = never.length - NEVER_MOST;
  return [
    {
      kind: "details",
      summary: `${grouped(never.length)} chart transitions ${why}`,
      blocks: [
        paragraph(
          "A state of a chart is told with all of its counters, and a transition is a state with " +
            "an event: so most of these are numbers of readers or waiters that nobody comes to.",
        ),
        {
          kind: "table",
          caption: "Transitions that were not taken",
          columns: [column("chart"), column("state"), column("event")],
          rows: never
            .slice(0, NEVER_MOST)
            .map(({ chart, state, event }) => [cell(code(chart)), cell(state), cell(code(event))]),
          sortable: false,
        },
        ...(left > 0 ? [paragraph(`And ${grouped(left)} more.`)] : []),
      ],
    },
  ];
}

function verifyBlocks({ verdict, simulated, ran, replayed, problem }: Receipt): Block[] {
  const count = (number: number) => number.toLocaleString("en-US");
  return [
    paragraph(
      verdictMark(verdict),
      ` in ${count(simulated.seeds)} simulations with ${count(simulated.requests)} requests ` +
        `and ${count(simulated.steps)} steps; ${ran.memory} runs on memory, ${ran.files} on ` +
        `files; ${replayed} of their logs replayed in the simulator, all records compared.`,
      ...(problem === null ? [] : [` ${problem}.`]),
    ),
  ];
}

function notChecked(model: string): Block[] {
  return [
    paragraph("No check of it as it is now is known. This makes one, and the next site has it:"),
    commands(`npx blockgraph check ${model}`),
  ];
}

function notVerified(model: string): Block[] {
  return [
    paragraph(
      "No simulations of it as it is now are known; ",
      code(`npx blockgraph verify ${model}`),
      " makes them.",
    ),
  ];
}
