/**
 * Every sequence of graph commands up to a length, on few names: what no rewiring may break.
 *
 * Graphs that are the same but for the order of their edges are different ones here, because the
 * order decides what the next refusal says.
 */
import { describe, expect, test } from "vitest";
import type { QmpCommand } from "../../src/graph/commands.ts";
import { EMPTY_GRAPH, type Graph, type JsonObject } from "../../src/graph/graph.ts";
import { leastSolution } from "../../src/graph/least-solution.ts";
import { WRITE } from "../../src/graph/permission.ts";
import { profile } from "../../src/graph/profile.ts";
import { Topology } from "../../src/graph/topology.ts";
import { apply, context } from "../support/graph.ts";
import { thrownBy } from "../support/refusal.ts";

const NAMES = ["a", "b", "c", "d"];

const send = (execute: string, args: JsonObject): QmpCommand => ({ execute, arguments: args });
const add = (args: JsonObject) => send("blockdev-add", args);
const exported = (node: string, writable: boolean) =>
  send("block-export-add", { type: "nbd", id: node, "node-name": node, writable });

/** All commands with these names; a new node takes the first name that is free. */
function commandsFor({ nodes, exports }: Graph): QmpCommand[] {
  const there = [...nodes.keys()].sort();
  const name = NAMES.find((candidate) => !nodes.has(candidate));
  const over = (driver: string, file: string) => ({ driver, "node-name": name ?? "", file });
  const additions =
    name === undefined
      ? []
      : [
          add({ driver: "null-co", "node-name": name }),
          ...there.flatMap((file) => [
            add(over("raw", file)),
            add(over("snapshot-access", file)),
            add({ ...over("blkdebug", file), file: null, image: file }),
            ...there.map((target) => add({ ...over("copy-before-write", file), target })),
          ]),
        ];
  const raws = [...nodes.values()].filter(({ driver }) => driver === "raw");
  return [
    ...additions.map(withoutNulls),
    ...there.flatMap((node) =>
      exports.has(node)
        ? [send("block-export-del", { id: node })]
        : [exported(node, true), exported(node, false)],
    ),
    ...there.map((node) => send("blockdev-del", { "node-name": node })),
    ...raws.flatMap((raw) =>
      there.map((file) =>
        send("blockdev-reopen", { options: [{ driver: "raw", "node-name": raw.name, file }] }),
      ),
    ),
  ];
}

function withoutNulls({ execute, arguments: args }: QmpCommand): QmpCommand {
  const given = Object.entries(args).filter(([, value]) => value !== null);
  return { execute, arguments: Object.fromEntries(given) };
}

const keyOf = ({ nodes, edges }: Graph) =>
  JSON.stringify([
    [...nodes.values()].map(({ name, driver }) => [name, driver]),
    edges.map(({ parent, child, name, perm, shared }) => [parent, child, name, perm, shared]),
  ]);

/** Deletes whatever can be deleted until nothing can. */
function tornDown(graph: Graph, rules: typeof context): Graph {
  const undo = [...graph.exports.keys()].map((id) => send("block-export-del", { id }));
  const without = undo.reduce(
    (rest, { execute, arguments: args }) => apply(rest, execute, args, rules),
    graph,
  );
  for (const name of without.nodes.keys()) {
    const args = { "node-name": name };
    if (thrownBy(() => apply(without, "blockdev-del", args, rules)) !== undefined) continue;
    return tornDown(apply(without, "blockdev-del", args, rules), rules);
  }
  return without;
}

/** What must hold of every graph. */
function flaws(graph: Graph, rules: typeof context): string[] {
  const { edges, conflicts, unwritable } = leastSolution(graph, rules);
  const topology = Topology.of(graph);
  const cyclic = [...graph.nodes.keys()].filter((name) =>
    topology.children(name).some(({ child }) => topology.reaches(child, name)),
  );
  // Whoever writes has been let by everybody else who uses the node.
  const unasked = graph.edges.filter((writer) =>
    topology
      .parents(writer.child)
      .some((other) => other !== writer && (writer.perm & WRITE & ~other.shared) !== 0),
  );
  return [
    ...(JSON.stringify(edges) === JSON.stringify(graph.edges) ? [] : ["masks are not the rules'"]),
    ...conflicts.map(() => "a conflict is allowed"),
    ...unwritable.map((name) => `${name} is read-only and written`),
    ...cyclic.map((name) => `${name} is below itself`),
    ...unasked.map(({ parent }) => `${parent.name} writes without permission`),
    ...[...tornDown(graph, rules).nodes.keys()].map((name) => `${name} cannot be taken down`),
  ];
}

describe.each([
  ["qemu-7.2", [1, 1, 7, 76, 1_352]],
  ["qemu-10.0", [1, 1, 7, 76, 1_352]],
  ["proposed", [1, 1, 7, 76, 1_352]],
] as const)("under %s", (name, counts) => {
  const rules = { ...context, profile: profile(name) };

  test(`whatever ${counts.length - 1} commands leave is sound, and can be taken down`, () => {
    const seen = new Set([keyOf(EMPTY_GRAPH)]);
    let level: Graph[] = [EMPTY_GRAPH];
    const found = [1];
    for (let depth = 0; depth < counts.length - 1; depth++) {
      const next: Graph[] = [];
      for (const graph of level) {
        for (const { execute, arguments: args } of commandsFor(graph)) {
          const before = keyOf(graph);
          let after = graph;
          thrownBy(() => {
            after = apply(graph, execute, args, rules);
          });
          expect(keyOf(graph)).toBe(before);
          if (seen.has(keyOf(after))) continue;
          seen.add(keyOf(after));
          expect(flaws(after, rules)).toEqual([]);
          next.push(after);
        }
      }
      found.push(next.length);
      level = next;
    }
    expect(found).toEqual(counts);
  });
});
