/**
 * The five graphs of QEMU's own unit test of graph changes (tests/unit/test-bdrv-graph-mod.c): the
 * cases that its permission system was mended for. Their drivers only ask for permissions.
 */
import { describe, expect, test } from "vitest";
import { append } from "../../src/graph/append.ts";
import type { DriverCatalogue, DriverShape } from "../../src/graph/catalogue.ts";
import { commonOptions } from "../../src/graph/common-options.ts";
import { defaultPermissions } from "../../src/graph/default-permissions.ts";
import { attach } from "../../src/graph/edges.ts";
import { type Edge, EMPTY_GRAPH, type Graph, type JsonObject } from "../../src/graph/graph.ts";
import { leastSolution } from "../../src/graph/least-solution.ts";
import { ALL_PERMISSIONS, CONSISTENT_READ, NO_DEMANDS, WRITE } from "../../src/graph/permission.ts";
import type { PermissionRule } from "../../src/graph/permission-query.ts";
import { profile } from "../../src/graph/profile.ts";
import { refreshPermissions } from "../../src/graph/refresh.ts";
import { replaceNode } from "../../src/graph/replace-node.ts";
import type { Role } from "../../src/graph/role.ts";
import { refusal } from "../support/refusal.ts";

function driver(name: string, permissions: PermissionRule): readonly [string, DriverShape] {
  const child = { name: "backing", roles: ["filtered", "primary"] } as const;
  return [
    name,
    {
      ...{ name, options: commonOptions, children: [child], permissions, filter: false },
      ...{ length: () => null, variableLength: false, reopens: null },
    },
  ];
}

/** Lets nobody else write what it writes. */
const EXCLUSIVE = { perm: WRITE, shared: ALL_PERMISSIONS & ~WRITE };
const drivers: DriverCatalogue = new Map([
  driver("no-permissions", () => NO_DEMANDS),
  driver("pass-through", defaultPermissions),
  driver("exclusive-writer", () => EXCLUSIVE),
  driver("writes-selected", ({ edge, options }) =>
    edge === options.selected ? { perm: WRITE, shared: ALL_PERMISSIONS } : NO_DEMANDS,
  ),
]);
const FILTERED: readonly Role[] = ["filtered", "primary"];

function node(graph: Graph, name: string, driverName: string, options: JsonObject = {}): Graph {
  const { nodes } = graph;
  const made = {
    ...{ name, driver: driverName, options, readOnly: false, monitorOwned: true },
    ...{
      inheritsFrom: null,
      inactive: false,
      found: {},
      length: null,
      nextChild: 0,
      bitmaps: new Map(),
    },
  };
  return { ...graph, nodes: new Map(nodes).set(name, made) };
}

const graphOf = (nodes: Readonly<Record<string, string>>): Graph =>
  Object.entries(nodes).reduce((graph, [name, each]) => node(graph, name, each), EMPTY_GRAPH);

const edge = (parent: string, child: string, name: string, roles = FILTERED): Edge => ({
  ...{ parent: { kind: "node", name: parent }, child, name, roles, ...NO_DEMANDS },
});

/** Somebody who uses a node, and minds nothing. */
const rootOn = (child: string): Edge => ({
  ...{ parent: { kind: "device", name: "user" }, child, name: "root", roles: [], ...NO_DEMANDS },
});

describe.each(["qemu-7.2", "qemu-10.0", "proposed"] as const)("by the rules of %s", (name) => {
  const context = { drivers, profile: profile(name) };
  const refreshed = (graph: Graph, ...names: string[]) =>
    refreshPermissions(graph, names, { ...context, before: graph });
  const attached = (graph: Graph, ...edges: Edge[]) =>
    edges.reduce(
      (rest, each) => refreshed(attach(rest, each), each.parent.name, each.child),
      graph,
    );
  const solved = (graph: Graph) => leastSolution(graph, context).edges;
  const permOf = (graph: Graph, name: string) =>
    graph.edges.find((each) => each.name === name)?.perm;

  test("a filter that is appended must be allowed by who uses the node (update-perm-tree)", () => {
    const masks = { perm: WRITE | CONSISTENT_READ, shared: ALL_PERMISSIONS & ~WRITE };
    const nodes = { node: "pass-through", filter: "pass-through" };
    const used = attached(graphOf(nodes), { ...rootOn("node"), ...masks });
    const asChild = edge("filter", "node", "child", ["data"]);
    const both = attach(used, { ...asChild, perm: CONSISTENT_READ });
    expect(
      refusal("graph-refused", () =>
        refreshed(append(both, edge("filter", "node", "backing"), context), "filter", "node"),
      ),
    ).toMatch("Permission conflict on node 'node': permissions 'write' are both required by");
  });

  test("what is below the filter stays, lest there be a loop (should-update-child)", () => {
    const nodes = { node: "no-permissions", filter: "pass-through", target: "no-permissions" };
    const graph = attached(
      graphOf(nodes),
      rootOn("node"),
      edge("target", "node", "backing"),
      edge("filter", "target", "target", ["data"]),
    );
    const after = refreshed(append(graph, edge("filter", "node", "file"), context), "filter");
    const lead = Object.fromEntries(
      after.edges.map(({ parent, name: edgeName, child }) => [`${parent.name} ${edgeName}`, child]),
    );
    expect(lead).toEqual({
      "user root": "filter",
      "filter file": "node",
      "filter target": "target",
      "target backing": "node",
    });
  });

  test("what leaves does not stand in the way of what comes (parallel-exclusive-write)", () => {
    const graph = attached(
      graphOf({
        ...{ top: "exclusive-writer", base: "no-permissions" },
        ...{ one: "pass-through", other: "pass-through" },
      }),
      edge("one", "base", "one backing"),
      edge("top", "one", "backing"),
      edge("other", "base", "other backing"),
    );
    const after = refreshed(replaceNode(graph, "one", "other", context), "one", "other");
    expect([permOf(after, "one backing"), permOf(after, "other backing")]).toEqual([0, WRITE]);
    expect(after.edges).toEqual(solved(after));
  });

  test("the two ways of a diamond change together (parallel-perm-update)", () => {
    const built = attached(
      node(
        graphOf({
          ...{ top: "pass-through", base: "no-permissions" },
          ...{ one: "exclusive-writer", other: "exclusive-writer" },
        }),
        ...(["selects", "writes-selected", { selected: "first" }] as const),
      ),
      edge("selects", "one", "first", ["data"]),
      edge("selects", "other", "second", ["data"]),
      edge("top", "selects", "backing"),
    );
    expect([permOf(built, "first"), permOf(built, "second")]).toEqual([WRITE, 0]);
    for (const [selected, perms] of [
      ["second", [0, WRITE]],
      ["first", [WRITE, 0]],
    ] as const) {
      const after = refreshed(node(built, "selects", "writes-selected", { selected }), "selects");
      expect([permOf(after, "first"), permOf(after, "second")]).toEqual(perms);
      expect(after.edges).toEqual(solved(after));
    }
  });

  test("a filter that wants all for itself can be appended (append-greedy-filter)", () => {
    const graph = attached(
      graphOf({ top: "exclusive-writer", base: "no-permissions", filter: "exclusive-writer" }),
      edge("top", "base", "backing", ["cow"]),
    );
    const after = refreshed(append(graph, edge("filter", "base", "file"), context), "filter");
    expect(after.edges.map(({ parent, child }) => `${parent.name} > ${child}`)).toEqual([
      ...["top > filter", "filter > base"],
    ]);
  });
});
