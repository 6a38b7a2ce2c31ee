/**
 * What can be judged need not be possible to simulate: then a command is refused that QEMU takes,
 * in one line that says what to do, and the graph stays.
 */
import { expect, test } from "vitest";
import { EMPTY_GRAPH, type JsonObject } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { answerSystem } from "../../src/system/answer-system.ts";
import type { SystemRules } from "../../src/system/system.ts";

const rules: SystemRules = {
  profile: profile("proposed"),
  clusterSize: 65536,
  images: new Map([["disk.raw", 65536]]),
  readers: 1,
  mutation: null,
};

const add = (args: JsonObject) => ({ execute: "blockdev-add", arguments: args });
const disk = add({ driver: "file", filename: "disk.raw", "node-name": "disk" });
const twice = { driver: "quorum", "node-name": "q", children: ["disk"], "vote-threshold": 1 };

test.each([
  [
    add({ ...disk.arguments, "node-name": "asleep", active: false }),
    "node 'asleep' cannot be simulated: it is inactive, and nobody has it; add it active",
  ],
  [
    add(twice),
    "node 'q' cannot be simulated: quorum has permissions, but no data path yet; use raw",
  ],
  [
    add({ driver: "file", filename: "other.raw", "node-name": "other" }),
    "Could not open 'other.raw': No such file or directory",
  ],
])("%j", (command, text) => {
  const { graph } = answerSystem(EMPTY_GRAPH, disk, rules);
  expect(answerSystem(graph, command, rules)).toEqual({ graph, system: null, refusal: text });
});
