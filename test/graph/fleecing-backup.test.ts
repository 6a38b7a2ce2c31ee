/**
 * The graph side of a backup of a view: who may do what with its nodes meanwhile, and what is left.
 */
import { expect, test } from "vitest";
import { childEdges, EMPTY_GRAPH, type Graph } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { apply, type Command, context } from "../support/graph.ts";
import { refusal } from "../support/refusal.ts";

const proposed = { ...context, profile: profile("proposed") };
const sent = (graph: Graph, ...[execute, args]: Command) => apply(graph, execute, args, proposed);
const built = (...commands: readonly Command[]) =>
  commands.reduce<Graph>((graph, command) => sent(graph, ...command), EMPTY_GRAPH);
const refusalOf = (graph: Graph, ...command: Command) =>
  refusal("graph-refused", () => sent(graph, ...command));

const size = 1048576;
const disk: Command = ["blockdev-add", { driver: "null-co", "node-name": "disk", size }];
const copy: Command = ["blockdev-add", { driver: "null-co", "node-name": "copy", size }];
const job = { "job-id": "backup", device: "disk", target: "copy", "filter-node-name": "copier" };

test("its node reads the view, writes the target, and lets nobody else do that", () => {
  const running = built(disk, copy, ["fleecing-backup", job]);
  const edges = childEdges(running, { kind: "node", name: "copier" });
  expect(edges.map(({ name, child }) => [name, child])).toEqual([
    ["source", "disk"],
    ["target", "copy"],
  ]);
  const writer = { type: "nbd", id: "e", "node-name": "copy", writable: true };
  expect(refusalOf(running, "block-export-add", writer)).toMatch(
    /^Permission conflict on node 'copy': permissions 'write' are both required by .*'copier'/,
  );
  const again = { ...job, "job-id": "other", "filter-node-name": "another" };
  expect(refusalOf(running, "fleecing-backup", again)).toBe(
    "Node 'disk' is busy: block device is in use by block job: fleecing-backup",
  );
});

test("when it ends its node is gone, and the others are free", () => {
  const running = built(disk, copy, ["fleecing-backup", job]);
  const ended = sent(running, "block-job-cancel", { device: "backup" });
  expect([...ended.nodes.keys()]).toEqual(["disk", "copy"]);
  expect(ended.edges).toEqual([]);
});

test("what does not fit is refused as a backup is, and nothing is left of it", () => {
  const small: Command = ["blockdev-add", { driver: "null-co", "node-name": "copy", size: 512 }];
  const before = built(disk, small);
  expect(refusalOf(before, "fleecing-backup", job)).toBe(
    "Source and target image have different sizes",
  );
  expect(refusalOf(before, "fleecing-backup", { ...job, target: "disk" })).toBe(
    "Source and target cannot be the same",
  );
  expect(refusalOf(before, "fleecing-backup", { ...job, device: "nothing" })).toMatch("nothing");
});
