/**
 * Who moves when a command changes the graph, and who does not.
 */
import { expect, test } from "vitest";
import { movedEdges } from "../../src/graph/moved-edges.ts";
import { apply, built, type Command } from "../support/graph.ts";

const overlay = (name: string, backing: string | null): Command => [
  "blockdev-add",
  { driver: "qcow2", "node-name": name, file: { driver: "null-co" }, backing },
];

test("nobody moves who is still where he was, also a job that holds several nodes", () => {
  const chain = built(
    ...[overlay("a", null), overlay("b", "a"), overlay("c", "b"), overlay("d", "c")],
    ["block-stream", { "job-id": "job", device: "d" }],
  );
  const held = chain.edges.filter(({ name }) => name === "intermediate node");
  expect(held.length).toBeGreaterThan(1);
  const after = apply(chain, "blockdev-add", { driver: "null-co", "node-name": "x" });
  expect(movedEdges(chain, after)).toEqual([]);
});

test("who is led elsewhere is told, with where from and where to", () => {
  const before = built(
    ["blockdev-add", { driver: "null-co", "node-name": "one" }],
    ["blockdev-add", { driver: "null-co", "node-name": "other" }],
    ["blockdev-add", { driver: "raw", "node-name": "top", file: "one" }],
  );
  const options = [{ driver: "raw", "node-name": "top", file: "other" }];
  expect(movedEdges(before, apply(before, "blockdev-reopen", { options }))).toEqual([
    { parent: { kind: "node", name: "top" }, name: "file", from: "one", to: "other" },
  ]);
});
