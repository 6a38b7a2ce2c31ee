/**
 * Where a reader may start, and all models in some numbers.
 */

import { grouped } from "../../check/numbers.ts";
import { link, terms } from "../blocks.ts";
import { knownVerdict } from "../model/known-verdict.ts";
import type { Block, Inline, Text } from "../page-document.ts";
import { REWIRING } from "../rewiring/rewiring-links.ts";
import type { ModelEvidence } from "../site-input.ts";
import { mark } from "../writing.ts";

/** A race that everybody can follow, if there is its model. */
const RACE = "break-snapshot-race";

export function startBlocks(models: readonly ModelEvidence[]): Block[] {
  const race = models.some(({ model }) => model.name === RACE);
  const items: Text[] = [
    ...(race
      ? [
          [
            "Step through ",
            link("a race", `models/${RACE}`),
            ": a backup gets the guest's new byte",
          ],
        ]
      : []),
    ["See ", link("how a hook goes in", REWIRING), " under a running guest, command by command"],
    ["Read ", link("the thread", "thread"), " of 2018, idea by idea, and what became of each"],
    ["Compare ", link("what designs cost", "designs"), ", in time and in space"],
    ["Look at ", link("what QEMU gets wrong", "conformance/defects"), ", each with a script"],
  ];
  return [{ kind: "list", ordered: false, items }, terms(sumsOf(models))];
}

type Row = readonly [string, ...Inline[]];

function sumsOf(models: readonly ModelEvidence[]): Row[] {
  const verdicts = models.map(knownVerdict);
  const number = (wanted: string | null) => verdicts.filter((each) => each === wanted).length;
  const mutants = sum(models, ({ model }) => model.mutants.length);
  const caught = sum(models, ({ overview }) => overview.caught ?? 0);
  const tried = models.some(({ verify }) => verify !== null);
  const left = sum(models, ({ verify }) => verify?.leftToCheck.length ?? 0);
  const compared = models.flatMap(({ qemu }) => (qemu === null ? [] : [qemu]));
  const requests = sum(compared, (each) => each.commands + each.requests);
  const differences = sum(compared, (each) => each.differences.length);
  const open = number("undecided") + number(null);
  return [
    [
      "models with a graph",
      `${models.length}; ${number("holds")} known to hold, ${number("violated")} to be violated` +
        (open === 0 ? "" : `, and of ${open} nothing is known yet`),
    ],
    [
      "their mutants",
      tried
        ? `${grouped(caught)} of ${grouped(mutants)} are caught by simulations` +
          (left === 0 ? "" : `, ${grouped(left)} are left to checks`)
        : `${grouped(mutants)}, none of them tried yet`,
    ],
    ...(compared.length === 0
      ? []
      : [
          [
            "beside QEMU",
            differences === 0 ? mark("agrees", "good") : mark(`${differences} differ`, "bad"),
            ` ${compared.length} models, ${grouped(requests)} commands and requests; `,
            link("what was compared", "conformance"),
          ] as const,
        ]),
  ];
}

function sum<Each>(all: readonly Each[], value: (each: Each) => number): number {
  return all.reduce((total, each) => total + value(each), 0);
}
