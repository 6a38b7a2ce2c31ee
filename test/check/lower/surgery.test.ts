/**
 * Graph surgery: exact numbers of graphs, what breaks and what does not, and that the search would
 * notice.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SURGERIES } from "../../../models/graph-surgery.ts";
import { handlesKeepTheirView } from "../../../properties/graph/handles-keep-their-view.ts";
import { GRAPH_PROPERTIES } from "../../../properties/graph/index.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { lowerSurgery } from "../../../src/check/lower/surgery/lower-surgery.ts";
import { SituationKeys } from "../../../src/check/lower/surgery/situation-key.ts";
import {
  GraphTabulation,
  tabulateGraphs,
} from "../../../src/check/lower/surgery/tabulate-graphs.ts";
import { witnessOf } from "../../../src/check/lower/surgery/witness.ts";
import { validateProgram } from "../../../src/check/program/validate.ts";
import { MemoryLog } from "../../../src/log/memory-log.ts";
import { simulateModel } from "../../../src/simulate/simulate-model.ts";
import { roundRobinSchedule } from "../../../src/system/schedule.ts";
import type { GraphProperty, Surgery } from "../../../src/system/surgery.ts";
import { built } from "../../support/graph.ts";

const properties = [...GRAPH_PROPERTIES.values()];

function surgeryNamed(name: string): Surgery {
  const surgery = SURGERIES.get(name);
  if (surgery === undefined) throw new Error(`there is no surgery ${name}`);
  return surgery;
}

/** Graphs, commands answered and refused; and how often each property is broken. */
function counted(name: string, depth: number, rows = {}, judged = properties) {
  const made = tabulateGraphs(surgeryNamed(name), { properties: judged, depth, rows });
  const broken: Record<string, number> = {};
  for (const { broken: each } of made.commands.flat()) {
    for (const index of each.keys()) {
      const property = judged[index]?.name ?? "";
      broken[property] = (broken[property] ?? 0) + 1;
    }
  }
  return { counts: [made.commands.length, made.answered, made.refused], broken };
}

test.each([
  ["graph-surgery", 4, [1_089, 3_209, 1_296], {}],
  ["graph-surgery-in-qemu", 4, [1_089, 3_209, 1_296], {}],
  ["surgery-while-fleecing", 2, [790, 4_420, 3_062], {}],
  ["surgery-while-fleecing-in-qemu", 2, [793, 4_420, 3_062], { "handles-keep-their-view": 106 }],
] as const)(
  "%s, up to %i commands: %j graphs, commands, refusals",
  (name, depth, counts, broken) => {
    expect(counted(name, depth)).toEqual({ counts, broken });
  },
);

test("a mutant of the rules is caught by the property that it names", () => {
  const { mutants } = surgeryNamed("surgery-while-fleecing");
  for (const { rows, caughtBy } of mutants) {
    expect(Object.keys(counted("surgery-while-fleecing", 1, rows).broken)).toEqual([caughtBy]);
  }
});

test("what is not so is found, with commands that show it", () => {
  const lonely: GraphProperty = {
    name: "no-node-has-two-parents",
    statement: "No node is used twice.",
    broken({ after: { graph } }) {
      const [twice] = [...graph.nodes.keys()].filter(
        (name) => graph.edges.filter(({ child }) => child === name).length > 1,
      );
      return twice === undefined ? null : `${twice} is used twice`;
    },
  };
  expect(counted("graph-surgery", 3, {}, [lonely]).broken).toEqual({ [lonely.name]: 37 });
});

describe("a table that ends early", () => {
  const surgery = surgeryNamed("surgery-while-fleecing-in-qemu");
  const options = { properties, depth: 2 };
  const whole = tabulateGraphs(surgery, options);

  test("is the beginning of the whole, whatever ends it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), (expanded) => {
        const tabulation = new GraphTabulation(surgery, options);
        for (let graph = 0; graph < expanded; graph++) tabulation.advance();
        tabulation.stop("timeout");
        expect(tabulation.advance()).toBe(false);
        const part = tabulation.table();
        const bounded = tabulateGraphs(surgery, { ...options, graphs: expanded });
        const graphs = tabulation.progress().states;
        expect(bounded).toEqual({ ...part, stopped: null });
        expect(part).toMatchObject({ stopped: "timeout", expanded });
        expect(part.commands).toHaveLength(graphs);
        expect(part.commands.slice(0, expanded)).toEqual(whole.commands.slice(0, expanded));
        expect(part.commands.slice(expanded).flat()).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  test("ends soon after so many graphs, or after so many commands", () => {
    const some = tabulateGraphs(surgery, { ...options, maxStates: 100 });
    expect(some).toMatchObject({ stopped: "max-states", everyRun: 1 });
    expect(some.commands.length).toBeGreaterThanOrEqual(100);
    expect(some.commands.length).toBeLessThan(whole.commands.length);
    const shallow = tabulateGraphs(surgery, { ...options, maxDepth: 1 });
    const first = tabulateGraphs(surgery, { ...options, depth: 1 });
    expect(shallow).toEqual({ ...first, stopped: "max-depth" });
  });

  test("is whole if nothing was left to do", () => {
    const tabulation = new GraphTabulation(surgery, { ...options, maxDepth: 2 });
    while (tabulation.advance());
    tabulation.stop("timeout");
    expect(tabulation.table()).toEqual(whole);
    expect(whole).toMatchObject({ stopped: null, everyRun: 2 });
  });
});

test("a surgery is a program, whose steps are commands that can be sent", () => {
  const surgery = surgeryNamed("surgery-while-fleecing-in-qemu");
  const judged = [handlesKeepTheirView];
  const table = tabulateGraphs(surgery, { properties: judged, depth: 1 });
  const { program, commandOf } = lowerSurgery(surgery, judged, table);
  validateProgram(program);
  const [first] = table.commands;
  const choice = first?.findIndex(({ broken }) => broken.size > 0) ?? -1;
  const command = first?.[choice]?.command;
  expect(command?.execute).toBe("blockdev-backup");
  if (command === undefined) return;
  expect(commandOf(0, choice)).toBe(command);
  const { session } = simulateModel(witnessOf(surgery, [command]), {
    properties: [...PROPERTIES.values()],
    mutant: null,
    schedule: roundRobinSchedule(),
    sink: new MemoryLog(),
  });
  const broken = session.monitor.violations.map(({ property }) => property);
  expect(broken).toEqual(["view-equals-point-in-time"]);
});

test("graphs that differ in interchangeable names are one, and others are not", () => {
  const keys = new SituationKeys(["a", "b", "c"]);
  const hooked = (disk: string, cache: string, hook: string, driver = "copy-before-write") =>
    keys.keyOf({
      graph: built(
        ["blockdev-add", { driver: "null-co", "node-name": disk }],
        ["blockdev-add", { driver: "null-co", "node-name": cache }],
        ["blockdev-add", { driver, "node-name": hook, file: disk, target: cache }],
      ),
      denoted: new Map(),
    });
  expect(hooked("b", "c", "a")).toBe(hooked("a", "b", "c"));
  expect(hooked("a", "b", "other")).not.toBe(hooked("a", "b", "c"));
  const raw = (above: string) =>
    keys.keyOf({
      graph: built(
        ["blockdev-add", { driver: "null-co", "node-name": "a" }],
        ["blockdev-add", { driver: "raw", "node-name": "b", file: "a" }],
        ["block-export-add", { type: "nbd", id: "reader", "node-name": above }],
      ),
      denoted: new Map(),
    });
  expect(raw("a")).not.toBe(raw("b"));
});
