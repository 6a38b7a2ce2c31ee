/**
 * Pages of surgeries: what breaks one can be stepped through, and is as short as a check says.
 */
import { instance } from "@viz-js/viz";
import { describe, expect, test } from "vitest";
import { SURGERIES } from "../../../models/graph-surgery.ts";
import { findChecked } from "../../../src/cli/check/find-checked.ts";
import { gatherSurgeries } from "../../../src/cli/report/gather-surgeries.ts";
import type { PageDocument } from "../../../src/report/site/page-document.ts";
import type { PlayerTrace } from "../../../src/report/site/player-trace.ts";
import { surgeryPages } from "../../../src/report/site/rewiring/surgery-pages.ts";
import { wholeCheck } from "../../check/support/whole-check.ts";
import { inTemporaryFolder } from "../../support/temporary-folder.ts";

const surgeries = await inTemporaryFolder(async (folder) =>
  gatherSurgeries({ reports: folder, out: folder, seconds: 20 }),
);
const pages = [...surgeryPages({ viz: await instance(), surgeries })];

function playerOf({ blocks }: PageDocument): PlayerTrace {
  const [trace] = blocks.flatMap((block) => (block.kind === "player" ? block.traces : []));
  if (trace === undefined) throw new Error("the page has no player");
  return trace;
}

const violated = ({ steps, properties }: PlayerTrace) =>
  steps.map(({ judged }) =>
    judged.flatMap(({ property, status }) =>
      status === "violated" ? [properties[property]?.name ?? ""] : [],
    ),
  );

describe("surgeries", () => {
  test("have a page each, and one for each mutant", () => {
    const mutants = [...SURGERIES.values()].flatMap((each) => each.mutants);
    expect(pages).toHaveLength(SURGERIES.size + mutants.length);
  });

  test.each(
    surgeries.flatMap(({ surgery, broken }) =>
      broken.map(({ mutant, commands }) => ({ surgery, mutant, commands })),
    ),
  )("what breaks $surgery.name with $mutant ends with the first violation", async (each) => {
    const { surgery, mutant, commands } = each;
    const path = ["rewiring", surgery.name, ...(mutant === null ? [] : [mutant])].join("/");
    const page = pages.find((candidate) => candidate.path === path);
    if (page === undefined) throw new Error("there is no page");
    const seen = violated(playerOf(page));
    expect(seen).toHaveLength(commands.length);
    expect(seen.slice(0, -1).flat()).toEqual([]);
    const caughtBy = surgery.mutants.find(({ name }) => name === mutant)?.caughtBy;
    expect(seen.at(-1)).toContain(caughtBy ?? "handles-keep-their-view");
    const { program } = findChecked(surgery.name).lower(new Map([["depth", 1]]), mutant);
    const [finding] = (await wholeCheck(program)).findings;
    expect(finding?.trace.steps).toHaveLength(commands.length);
  });

  test("that hold show as many commands as they go deep, and what is refused between", () => {
    for (const { name, depth, expected } of SURGERIES.values()) {
      if (expected.verdict === "violated") continue;
      const page = pages.find(({ path }) => path === `rewiring/${name}`);
      if (page === undefined) throw new Error(`${name} has no page`);
      const trace = playerOf(page);
      const refused = trace.steps.map(({ text }) => text.startsWith("refused: "));
      expect(refused.filter((each) => !each)).toHaveLength(depth);
      expect(refused.some((each, index) => each && refused[index + 1])).toBe(false);
      expect(violated(trace).flat()).toEqual([]);
    }
  });
});
