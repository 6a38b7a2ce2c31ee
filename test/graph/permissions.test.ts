/**
 * The two permission engines agree, and what they allow is safe: whatever commands made a graph.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conflictText } from "../../src/graph/conflict.ts";
import { type Edge, EMPTY_GRAPH, type Graph } from "../../src/graph/graph.ts";
import { leastSolution } from "../../src/graph/least-solution.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ, WRITE } from "../../src/graph/permission.ts";
import { PROFILES, profile } from "../../src/graph/profile.ts";
import { ROOT_ROLES } from "../../src/graph/role.ts";
import { apply, built, commandArbitrary, context } from "../support/graph.ts";
import { thrownBy } from "../support/refusal.ts";

/** What there is in the beginning, so that jobs and filters find something to work on. */
const BEGINNING = [
  { execute: "blockdev-add", arguments: { driver: "null-co", "node-name": "a" } },
  { execute: "blockdev-add", arguments: { driver: "null-co", "node-name": "b" } },
  { execute: "object-add", arguments: { "qom-type": "throttle-group", id: "g" } },
];
const commands = fc
  .array(commandArbitrary, { minLength: 10, maxLength: 40 })
  .map((sequence) => [...BEGINNING, ...sequence]);

/** Drivers and jobs that must come about, or they would not be judged. */
const OF_ALL_PROFILES = [
  ...["quorum", "blkverify", "blklogwrites", "throttle", "copy-on-read", "blkdebug"],
  ...["mirror", "stream"],
];
const LATER = ["preallocate", "copy-before-write", "snapshot-access", "backup"];

/** Every graph on the way, with how many commands had been accepted. */
function graphsOf(sequence: readonly { execute: string; arguments: object }[], rules = context) {
  const graphs: Graph[] = [EMPTY_GRAPH];
  for (const { execute, arguments: args } of sequence) {
    const graph = graphs.at(-1) ?? EMPTY_GRAPH;
    let next = graph;
    thrownBy(() => {
      next = apply(graph, execute, { ...args }, rules);
    });
    if (next !== graph) graphs.push(next);
  }
  return graphs;
}

describe.each(PROFILES)("under %s, whatever commands made a graph", (name) => {
  const rules = { ...context, profile: profile(name) };

  test("its masks are the least solution of the rules, which has no conflict", () => {
    let judged = 0;
    const met = new Set<string>();
    fc.assert(
      fc.property(commands, (sequence) => {
        for (const graph of graphsOf(sequence, rules)) {
          const { edges, conflicts, unwritable } = leastSolution(graph, rules);
          expect(graph.edges).toEqual(edges);
          expect(conflicts).toEqual([]);
          expect(unwritable).toEqual([]);
          judged += edges.length;
          for (const { driver } of graph.nodes.values()) met.add(driver);
          for (const { type } of graph.jobs.values()) met.add(type);
        }
      }),
      { numRuns: 1000 },
    );
    // In 2018 there were no hooks and views to make graphs of.
    expect(judged).toBeGreaterThan(name === "rfc-2018" ? 2000 : 3000);
    expect([...met]).toEqual(expect.arrayContaining(OF_ALL_PROFILES));
    if (name !== "rfc-2018") expect([...met]).toEqual(expect.arrayContaining(LATER));
  });
});

test("the least solution of a graph that is not allowed names the conflict", () => {
  const graph = built(
    ["blockdev-add", { driver: "null-co", "node-name": "disk" }],
    ["blockdev-add", { driver: "raw", "node-name": "other", file: "disk" }],
    ["block-export-add", { type: "nbd", id: "guest", "node-name": "disk", writable: true }],
  );
  const demanding = graph.edges.map((edge) =>
    edge.name === "root" ? { ...edge, shared: edge.shared & ~WRITE, perm: CONSISTENT_READ } : edge,
  );
  const parent = { kind: "export", name: "writer" } as const;
  const writer: Edge = {
    ...{ parent, child: "other", name: "root", roles: ROOT_ROLES },
    ...{ perm: WRITE, shared: ALL_PERMISSIONS },
  };
  const refused = { ...graph, edges: [writer, ...demanding] };
  const { conflicts } = leastSolution(refused, context);
  expect(conflicts.map((conflict) => conflictText(refused, conflict))).toEqual([
    "Permission conflict on node 'disk': permissions 'write' are both required by node 'other' " +
      "(uses node 'disk' as 'file' child) and unshared by an unnamed block device " +
      "(uses node 'disk' as 'root' child).",
  ]);
});

test.each([
  ["qemu-7.2", "b"],
  ["qemu-10.0", "a"],
] as const)("of two nodes reopened read-only at once, %s names %s", (name, named) => {
  const rules = { ...context, profile: profile(name) };
  const graph = ["a", "b"].reduce((rest, node) => {
    const added = apply(rest, "blockdev-add", { driver: "null-co", "node-name": node });
    const args = { type: "nbd", id: node, "node-name": node, writable: true };
    return apply(added, "block-export-add", args);
  }, EMPTY_GRAPH);
  const options = ["a", "b"].map((node) => ({
    ...{ driver: "null-co", "node-name": node, "read-only": true },
  }));
  expect(thrownBy(() => apply(graph, "blockdev-reopen", { options }, rules))).toHaveProperty(
    "message",
    `Read-only block node '${named}' cannot support read-write users`,
  );
});
