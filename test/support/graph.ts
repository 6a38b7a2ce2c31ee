/**
 * Applying graph commands in tests, and arbitrary commands that are often allowed.
 */
import fc from "fast-check";
import { DRIVERS } from "../../src/drivers/registry.ts";
import { applyCommand, type QmpCommand } from "../../src/graph/commands.ts";
import { EMPTY_GRAPH, type Graph, type JsonObject } from "../../src/graph/graph.ts";
import { permissionsUnchecked } from "../../src/graph/permissions.ts";
import { refusal } from "./refusal.ts";

const context = { drivers: DRIVERS, refresh: permissionsUnchecked };

/** A command as tests write it: its name and its arguments. */
export type Command = readonly [execute: string, args: JsonObject];

export function apply(graph: Graph, execute: string, args: JsonObject): Graph {
  return applyCommand(graph, { execute, arguments: args }, context);
}

/** The graph after commands that must all be allowed. */
export function built(...commands: readonly Command[]): Graph {
  return commands.reduce((graph, [execute, args]) => apply(graph, execute, args), EMPTY_GRAPH);
}

/** What a command is refused with, which must be a refusal. */
export function refused(graph: Graph, execute: string, args: JsonObject): string {
  return refusal("graph-refused", () => apply(graph, execute, args));
}

/** Edges as a reader writes them, newest first: `hook -file-> disk`. */
export function drawn(graph: Graph): string[] {
  return graph.edges.map(({ parent, name, child }) => `${parent.name} -${name}-> ${child}`);
}

// Few names, so that commands often meet the nodes that others made, and a few that are wrong.
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("a", "b", "c", "d") },
  fc.constantFrom("#block0", "#block1", "7up", "constructor"),
);
const id = fc.constantFrom("e", "f", "a");

const leaf = fc.constantFrom<JsonObject>(
  { driver: "null-co" },
  { driver: "null-co", "read-only": true },
  { driver: "file", filename: "disk.raw" },
);
const { child } = fc.letrec<{ node: JsonObject; child: JsonObject | string }>((tie) => ({
  child: fc.oneof(name, node(leaf, 3), tie("node")),
  node: fc.oneof(
    { maxDepth: 3 },
    node(leaf, 3),
    node(fc.record({ driver: fc.constantFrom("raw", "snapshot-access"), file: tie("child") }), 3),
  ),
}));
const root = fc.oneof(
  node(leaf, 30),
  node(fc.record({ driver: fc.constantFrom("raw", "snapshot-access"), file: child }), 30),
  node(fc.record({ driver: fc.constant("copy-before-write"), file: child, target: child }), 30),
);

/** A definition that has a name; once in `freq` it has none. */
function node(options: fc.Arbitrary<JsonObject>, freq: number): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(options, fc.option(name, { freq }))
    .map(([given, own]) => (own === null ? given : { ...given, "node-name": own }));
}

const shaped: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant("blockdev-add"), root) },
  fc.tuple(fc.constant("blockdev-del"), fc.record({ "node-name": name })),
  fc.tuple(
    fc.constant("block-export-add"),
    fc.record({
      type: fc.constant("nbd"),
      id,
      "node-name": name,
      writable: fc.boolean(),
    }),
  ),
  fc.tuple(fc.constant("block-export-del"), fc.record({ id })),
  fc.tuple(
    fc.constant("device_add"),
    fc.record({ driver: fc.constant("scsi-hd"), id, drive: name }),
  ),
  fc.tuple(fc.constant("device_del"), fc.record({ id })),
  fc.tuple(
    fc.constant("qom-set"),
    fc.record({
      path: id.map((device) => `/machine/peripheral/${device}`),
      property: fc.constant("drive"),
      value: name,
    }),
  ),
);

/** Commands of the right shape: many are allowed, many are refused for what the graph is. */
export const commandArbitrary: fc.Arbitrary<QmpCommand> = shaped.map(([execute, args]) => ({
  execute,
  arguments: args,
}));
