/**
 * What was found out about a model, and what that rests on.
 */

import { counted } from "../../check/numbers.ts";
import type { CheckReceipt } from "../../check/receipt.ts";
import type { Receipt } from "../../receipt.ts";
import { code, commands, heading, paragraph, secondsText, terms, verdictMark } from "../blocks.ts";
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
  const upTo =
    method.symmetry.length === 0 ? "" : ` up to symmetry of ${method.symmetry.join(", ")}`;
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
      ["states", `${count(states)}${upTo}`],
      ["transitions", count(transitions)],
      ["depth", counted(depth, "step")],
      ["search", `${secondsText(seconds)}, ${count(statesPerSecond)} states a second`],
      ...(coverage === null || coverage.total === 0
        ? []
        : [["chart transitions", `${coverage.taken} of ${coverage.total} taken`] as const]),
    ]),
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
    paragraph("It was not checked as it is now. This does it, and the next site has the result:"),
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
