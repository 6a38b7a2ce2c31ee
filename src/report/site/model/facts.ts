/**
 * What a reader is told of a model before anything else: its verdict and what that rests on, whose
 * rules it follows, and where else it is told of.
 */

import { grouped } from "../../check/numbers.ts";
import { code, link, verdictMark } from "../blocks.ts";
import { defectLink } from "../conformance/defect.ts";
import { DEFECTS } from "../conformance/defects/all.ts";
import type { Inline } from "../page-document.ts";
import { rewiringLinks } from "../rewiring/rewiring-links.ts";
import type { ModelEvidence } from "../site-input.ts";
import { IDEAS } from "../thread/ideas/all.ts";
import { listed } from "../writing.ts";
import { knownVerdict } from "./known-verdict.ts";
import { repairedBy, repairOf } from "./pairs.ts";

type Row = readonly [string, ...Inline[]];

export function factsOf(evidence: ModelEvidence): Row[] {
  const { model, overview, verify, counterexample } = evidence;
  const { name, profile, mutants } = model;
  const { checked, expected, caught } = overview;
  const wanted = expected === "holds" ? "it must hold" : "it is violated, on purpose";
  const rest =
    checked !== null
      ? ` in ${grouped(checked.states)} states (${checked.bounds})`
      : verify === null
        ? counterexample === null
          ? ""
          : ", as was found when this page was made"
        : ` in ${grouped(verify.simulated.seeds)} simulations`;
  const repair = repairOf(name);
  return [
    ["verdict", verdictMark(knownVerdict(evidence)), `${rest}; ${wanted}`],
    ["rules", code(profile)],
    ...(mutants.length === 0
      ? []
      : [
          [
            ...(["mutants", link(`${mutants.length}`, "#mutants")] as const),
            caught === null ? "" : `, of which simulations catch ${caught}`,
          ] as const,
        ]),
    ...linksRow("repaired by", repair === undefined ? [] : [modelLink(repair)]),
    ...linksRow("repairs", repairedBy(name).map(modelLink)),
    ...linksRow("in the thread", ideaLinks(name)),
    ...linksRow("graph, step by step", rewiringLinks([name])),
    ...linksRow("defects of QEMU", defectLinks(name)),
  ];
}

function linksRow(term: string, links: readonly Inline[]): Row[] {
  return links.length === 0 ? [] : [[term, ...listed(links)]];
}

function modelLink(name: string): Inline {
  return link(name, `models/${name}`);
}

function ideaLinks(model: string): Inline[] {
  return IDEAS.filter(({ models }) => models.includes(model)).map(({ title, anchor }) =>
    link(title, `thread#${anchor}`),
  );
}

function defectLinks(model: string): Inline[] {
  return DEFECTS.filter(({ models }) => models.includes(model)).map(({ id }) => defectLink(id));
}
