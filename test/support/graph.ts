/**
 * Applying graph commands in tests, and arbitrary commands that are often allowed.
 */
import fc from "fast-check";
import { DRIVERS } from "../../src/drivers/registry.ts";
import type { CommandContext } from "../../src/graph/command.ts";
import { applyCommand, type QmpCommand } from "../../src/graph/commands.ts";
import { EMPTY_GRAPH, type Graph, type JsonObject } from "../../src/graph/graph.ts";
import { PERMISSION_NAMES } from "../../src/graph/permission.ts";
import { profile } from "../../src/graph/profile.ts";
import { refusal } from "./refusal.ts";

export const context = { drivers: DRIVERS, profile: profile("qemu-7.2") };

/** A command as tests write it: its name and its arguments. */
export type Command = readonly [execute: string, args: JsonObject];

export function apply(
  graph: Graph,
  execute: string,
  args: JsonObject,
  rules: CommandContext = context,
): Graph {
  return applyCommand(graph, { execute, arguments: args }, rules);
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
/** Drivers that have rules of their own for permissions, and one that keeps others from writing. */
const demanding = fc.oneof(
  fc.record(
    {
      driver: fc.constant("qcow2"),
      file: child,
      backing: fc.oneof(child, fc.constant(null)),
      "read-only": fc.boolean(),
    },
    { requiredKeys: ["driver", "file"] },
  ),
  fc.record({ driver: fc.constantFrom("copy-on-read", "compress", "preallocate"), file: child }),
  fc.record({ driver: fc.constant("throttle"), "throttle-group": fc.constant("g"), file: child }),
  fc.record({ driver: fc.constant("blkverify"), raw: child, test: child }),
  fc.record({ driver: fc.constant("blklogwrites"), file: child, log: child }),
  fc.record(
    {
      driver: fc.constant("quorum"),
      children: fc.array(child, { minLength: 1, maxLength: 2 }),
      "vote-threshold": fc.constant(1),
      "rewrite-corrupted": fc.boolean(),
    },
    { requiredKeys: ["driver", "children", "vote-threshold"] },
  ),
  fc.record(
    {
      driver: fc.constant("blkdebug"),
      image: child,
      "take-child-perms": permissionNames(),
      "unshare-child-perms": permissionNames(),
    },
    { requiredKeys: ["driver", "image"] },
  ),
);
const root = fc.oneof(
  node(leaf, 30),
  node(demanding, 30),
  node(fc.record({ driver: fc.constantFrom("raw", "snapshot-access"), file: child }), 30),
  node(fc.record({ driver: fc.constant("copy-before-write"), file: child, target: child }), 30),
);

/** A definition that has a name; once in `freq` it has none. */
function node(options: fc.Arbitrary<JsonObject>, freq: number): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(options, fc.option(name, { freq }))
    .map(([given, own]) => (own === null ? given : { ...given, "node-name": own }));
}

function permissionNames() {
  return fc.subarray([...PERMISSION_NAMES], { minLength: 1 });
}

/** A node of one of the drivers that can be reopened, with other children. */
const reopened = fc.oneof(
  fc.record(
    { driver: fc.constant("raw"), "node-name": name, file: name, "read-only": fc.boolean() },
    { requiredKeys: ["driver", "node-name", "file"] },
  ),
  fc.record(
    {
      driver: fc.constant("qcow2"),
      "node-name": name,
      file: name,
      backing: fc.oneof(name, fc.constant(null)),
      "read-only": fc.boolean(),
    },
    { requiredKeys: ["driver", "node-name", "file"] },
  ),
);

const jobId = fc.constantFrom("j", "k");
const chainJob = { "job-id": jobId, device: name, "filter-node-name": name };
const copyJob = { ...chainJob, target: name, sync: fc.constant("none") };

/** Jobs, and what changes a graph besides. */
const changing: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(
    fc.constantFrom("blockdev-backup", "blockdev-mirror"),
    fc.record(copyJob, { requiredKeys: ["job-id", "device", "target", "sync"] }),
  ),
  fc.tuple(
    fc.constant("block-commit"),
    fc.record(
      { ...chainJob, "top-node": name, "base-node": name },
      { requiredKeys: ["job-id", "device"] },
    ),
  ),
  fc.tuple(
    fc.constant("block-stream"),
    fc.record(
      { ...chainJob, "base-node": name, bottom: name },
      { requiredKeys: ["job-id", "device"] },
    ),
  ),
  fc.tuple(fc.constant("block-job-cancel"), fc.record({ device: jobId })),
  fc.tuple(fc.constant("blockdev-snapshot"), fc.record({ node: name, overlay: name })),
  fc.tuple(
    fc.constant("x-blockdev-change"),
    fc.oneof(
      fc.record({ parent: name, node: name }),
      fc.record({ parent: name, child: fc.constantFrom("children.0", "children.1") }),
    ),
  ),
  fc.tuple(
    fc.constant("block_resize"),
    fc.record({ "node-name": name, size: fc.constantFrom(0, 1 << 20, 512) }),
  ),
  fc.constant<Command>(["object-add", { "qom-type": "throttle-group", id: "g" }]),
);

const shaped: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: changing },
  fc.tuple(
    fc.constant("blockdev-reopen"),
    fc.record({ options: fc.array(reopened, { minLength: 1, maxLength: 2 }) }),
  ),
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
