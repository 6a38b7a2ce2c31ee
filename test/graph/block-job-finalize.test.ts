/**
 * When jobs can be told to end. What the graph is then, QEMUs have recorded (cases F82 to F89).
 */
import { expect, test } from "vitest";
import { applyCommand } from "../../src/graph/commands.ts";
import { profile } from "../../src/graph/profile.ts";
import { apply, built, type Command, context, refused } from "../support/graph.ts";

const layer = (name: string, backing: string | null): Command => [
  "blockdev-add",
  {
    ...{ driver: "qcow2", "node-name": name, backing },
    file: { driver: "file", filename: `${name}.qcow2` },
  },
];
const chain = [layer("base", null), layer("mid", "base"), layer("top", "mid")];
const awaited = { "job-id": "job", device: "top", "auto-finalize": false };

test("a job that ends of itself is not told to", () => {
  const running = built(...chain, ["block-stream", { "job-id": "job", device: "top" }]);
  expect(refused(running, "block-job-finalize", { id: "job" })).toBe(
    "Job 'job' in state 'running' cannot accept command verb 'finalize'",
  );
});

test("a commit of the topmost file is completed first, and what froze the chain is over", () => {
  const running = built(...chain, ["block-commit", { ...awaited, "base-node": "base" }]);
  expect(refused(running, "block-job-finalize", { id: "job" })).toMatch("in state 'ready'");
  const completed = apply(running, "block-job-complete", { device: "job" });
  expect(refused(completed, "block-job-complete", { device: "job" })).toMatch("in state 'pending'");
  const ended = apply(completed, "block-job-finalize", { id: "job" });
  expect(ended.jobs.size).toBe(0);
  const closed = ["top", "mid", "base"].reduce(
    (graph, name) => apply(graph, "blockdev-del", { "node-name": name }),
    ended,
  );
  expect(closed.nodes.size).toBe(0);
});

test("what a backup writes is committed only where the profile allows it", () => {
  const backedUp = [
    ...chain.slice(0, 2),
    layer("disk", null),
    [
      "blockdev-backup",
      { "job-id": "backup", device: "disk", target: "mid", sync: "full" },
    ] as const,
  ];
  const commit = { "job-id": "commit", device: "mid", "base-node": "base" };
  expect(refused(built(...backedUp), "block-commit", commit)).toBe("Need a root block node");
  const proposed = { ...context, profile: profile("proposed") };
  const graph = [...backedUp, ["block-commit", commit] as const].reduce(
    (before, [execute, args]) => applyCommand(before, { execute, arguments: args }, proposed),
    built(),
  );
  expect([...graph.jobs.keys()]).toEqual(["backup", "commit"]);
});

test("no QEMU has hooks that flush their target", () => {
  const two = built(layer("disk", null), layer("target", null));
  const ends = { device: "disk", target: "target", "flush-target": true };
  expect(refused(two, "blockdev-backup", { ...ends, "job-id": "job", sync: "full" })).toBe(
    "Parameter 'flush-target' is unexpected",
  );
  const hook = { driver: "copy-before-write", file: "disk", target: "target" };
  expect(refused(two, "blockdev-add", { ...hook, "node-name": "h", "flush-target": true })).toBe(
    "Parameter 'flush-target' is unexpected",
  );
});
