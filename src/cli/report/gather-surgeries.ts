/**
 * Gathers what the site says of surgeries.
 *
 * Limit: receipts are shown as checks left them, for to see whether they are of the surgery as it
 * stands, all of its graphs would have to be made again.
 */
import { join } from "node:path";
import { SURGERIES } from "../../../models/graph-surgery.ts";
import { GRAPH_PROPERTIES } from "../../../properties/graph/index.ts";
import { shortestBreaking } from "../../check/lower/surgery/shortest-breaking.ts";
import { tabulateGraphs } from "../../check/lower/surgery/tabulate-graphs.ts";
import type { QmpCommand } from "../../graph/commands.ts";
import type { Profile } from "../../graph/profile.ts";
import { checkReceiptSchema } from "../../report/check/receipt.ts";
import type { BreakingCommands, SurgeryEvidence } from "../../report/site/site-input.ts";
import type { Surgery } from "../../system/surgery.ts";
import { readDocument } from "../model-receipts.ts";
import { allNamed } from "../named.ts";
import type { Gathering } from "./gather.ts";

export function gatherSurgeries({ reports, seconds }: Gathering): SurgeryEvidence[] {
  return [...SURGERIES.values()].map((surgery) => ({
    surgery,
    check: readDocument(join(reports, surgery.name, "receipt.json"), checkReceiptSchema),
    broken: seconds === null ? [] : brokenIn(surgery, seconds),
  }));
}

/** What breaks those that are expected to break, and all mutants. */
function brokenIn(surgery: Surgery, seconds: number): BreakingCommands[] {
  const { expected, mutants } = surgery;
  const asItIs = expected.verdict === "violated" ? [{ name: null, rows: {} }] : [];
  return [...asItIs, ...mutants].flatMap(({ name, rows }) => {
    const commands = searched(surgery, rows, seconds);
    return commands === null ? [] : [{ mutant: name, commands }];
  });
}

/** @param seconds after which no longer commands are looked for */
function searched(
  surgery: Surgery,
  rows: Partial<Profile>,
  seconds: number,
): readonly QmpCommand[] | null {
  const names = `surgery '${surgery.name}' names property`;
  const properties = allNamed(names, surgery.properties, GRAPH_PROPERTIES);
  const end = performance.now() + seconds * 1000;
  for (let depth = 1; depth <= surgery.depth && performance.now() < end; depth++) {
    const found = shortestBreaking(tabulateGraphs(surgery, { properties, rows, depth }));
    if (found !== null) return found;
  }
  return null;
}
