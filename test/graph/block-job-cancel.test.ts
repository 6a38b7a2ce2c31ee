/**
 * What a job leaves behind when it ends.
 */
import { expect, test } from "vitest";
import { apply, built } from "../support/graph.ts";

test("an inline node that only the filter of the job still uses goes with it", () => {
  const file = (name: string) => ({ driver: "file", filename: `${name}.raw` });
  const running = built(
    ["blockdev-add", { driver: "raw", "node-name": "disk", file: file("disk") }],
    ["blockdev-add", { "node-name": "cache", ...file("cache") }],
    ["blockdev-add", { "node-name": "spare", ...file("spare") }],
    [
      "blockdev-backup",
      {
        "job-id": "job",
        device: "#block0",
        target: "cache",
        sync: "none",
        "filter-node-name": "f",
      },
    ],
    ["blockdev-reopen", { options: [{ driver: "raw", "node-name": "disk", file: "spare" }] }],
  );
  expect([...running.nodes.keys()]).toContain("#block0");
  const { nodes } = apply(running, "block-job-cancel", { device: "job" });
  expect([...nodes.keys()]).toEqual(["disk", "cache", "spare"]);
});
