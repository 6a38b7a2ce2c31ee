/**
 * Scripts as the player shows them: what is folded from the steps is the graph, what is refused
 * says which edges do not agree, and what QEMU answered stands beside.
 */
import { readFileSync } from "node:fs";
import { instance, type Viz } from "@viz-js/viz";
import { beforeAll, describe, expect, test } from "vitest";
import { REWIRINGS } from "../../../models/rewiring/index.ts";
import { edgesByName, edgeValue } from "../../../src/report/rewiring/edge-changes.ts";
import { rewired } from "../../../src/report/rewiring/rewired.ts";
import { rewiringTrace } from "../../../src/report/rewiring/rewiring-trace.ts";
import { RECORDED, recordingsOf } from "../../../src/report/site/rewiring/recordings.ts";
import type { Rewiring } from "../../../src/system/rewiring.ts";

const source = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const recordings = recordingsOf(source);

let viz: Viz;
beforeAll(async () => {
  viz = await instance();
});

const traceOf = (rewiring: Rewiring) =>
  rewiringTrace(viz, rewired(rewiring), recordings.get(rewiring.name) ?? []);

function named(name: string): Rewiring {
  const found = REWIRINGS.get(name);
  if (found === undefined) throw new Error(`there is no script ${name}`);
  return found;
}

const toldAt = (name: string, position: number) =>
  traceOf(named(name)).graphs?.[position]?.told ?? [];

describe.each([...REWIRINGS.values()])("$name", (rewiring) => {
  test("has a graph for every position, and its facts fold to the edges of the last", () => {
    const { begin, steps } = rewired(rewiring);
    const trace = traceOf(rewiring);
    expect(trace.graphs?.length).toBe(trace.steps.length + 1);
    const facts = new Map(trace.facts.map(({ what, value }) => [what, value]));
    for (const { changes } of trace.steps) {
      for (const { what, before, after } of changes) {
        expect(facts.get(what) ?? null).toBe(before);
        if (after === null) facts.delete(what);
        else facts.set(what, after);
      }
    }
    const last = edgesByName(steps.at(-1)?.after ?? begin);
    expect(facts).toEqual(new Map([...last].map(([what, edge]) => [what, edgeValue(edge)])));
  });

  test("draws every node and every edge, and marks two edges where there is a conflict", () => {
    const { steps } = rewired(rewiring);
    const { graphs = [] } = traceOf(rewiring);
    for (const [index, { wanted, after }] of steps.entries()) {
      const picture = graphs[index + 1]?.after;
      const shown = wanted?.graph ?? after;
      expect(picture?.lines.length).toBe(shown.edges.length);
      const boxes = new Set(picture?.boxes.map(({ id }) => id));
      for (const name of shown.nodes.keys()) expect(boxes.has(`node ${name}`)).toBe(true);
      const bad = picture?.lines.filter(({ tone }) => tone === "bad") ?? [];
      expect(bad.length).toBe(wanted === null ? 0 : 2);
    }
  });

  test("was answered in the same way by the QEMU whose rules it follows", () => {
    const [version] = /\d+\.\d+/.exec(rewiring.profile) ?? [];
    const all = recordings.get(rewiring.name) ?? [];
    expect(all.length).toBe(version === undefined ? 0 : RECORDED.size);
    for (const { told } of traceOf(rewiring).graphs?.slice(1) ?? []) {
      for (const { title, tone } of told) {
        if (title.startsWith(`QEMU ${version}.`)) expect(tone).toBe("good");
      }
    }
  });
});

describe("what is said of a step", () => {
  test("of a refusal, in QEMU's words: who requires, who does not share, what would help", () => {
    const told = toldAt("in-the-wrong-order", 1);
    const lines = (title: string) => told.find((each) => each.title === title)?.lines;
    expect(lines("Refused by qemu-7.2")?.[0]).toMatch(/^Permission conflict on node 'disk': /);
    expect(lines("Who requires write")).toEqual(["guest, of disk: it was added so"]);
    expect(lines("Who does not share write")).toEqual([
      "hook, of its file disk: a rule of its driver",
    ]);
    expect(lines("What would help; each was tried")).toContain("send it after command 2 (qom-set)");
    expect(lines("QEMU 7.2.22, recorded")?.[0]).toMatch(/^the same: refused, "Permission conflict/);
  });

  test("of a move, who moves; of a view that goes along, which property that breaks", () => {
    const told = toldAt("a-second-backup-takes-the-view", 2);
    expect(told.find(({ title }) => title === "Who moves")?.lines).toEqual([
      "view, its file: from hook to hook2",
      "guest: from hook to hook2",
    ]);
    const { steps, properties } = traceOf(named("a-second-backup-takes-the-view"));
    const [judged] = steps.at(-1)?.judged ?? [];
    expect(properties[judged?.property ?? -1]?.name).toBe("handles-keep-their-view");
    expect(judged?.why).toBe("'reader' was the view of 'hook' and is the view of 'hook2'");
  });

  test("of an abort, that it ends there, and that a later QEMU does not (M1)", () => {
    const told = toldAt("by-reopen-above-a-diamond", 6);
    expect(told[0]?.lines[0]).toBe("the QEMU of qemu-7.2 aborts here");
    expect(told.map(({ title, tone }) => `${title}: ${tone}`).slice(1, 3)).toEqual([
      "QEMU 7.2.22, recorded: good",
      "QEMU 10.0.2, recorded: open",
    ]);
  });
});
