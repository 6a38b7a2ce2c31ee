/**
 * Which devices, exports and nodes stand still while a command changes the graph.
 */
import { expect, test } from "vitest";
import { drainedSection } from "../../src/graph/drained-section.ts";
import { apply, built, type Command } from "../support/graph.ts";

const add = (node: string, args: Record<string, string>): Command => [
  "blockdev-add",
  { "node-name": node, ...args },
];
const fleecing = built(
  add("disk", { driver: "null-co" }),
  add("cache", { driver: "null-co" }),
  add("other", { driver: "null-co" }),
  ["device_add", { driver: "virtio-blk-pci", id: "guest", drive: "disk" }],
  ["device_add", { driver: "virtio-blk-pci", id: "other guest", drive: "other" }],
  add("hook", { driver: "copy-before-write", file: "disk", target: "cache" }),
  ["qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "hook" }],
  add("view", { driver: "snapshot-access", file: "hook" }),
  ["block-export-add", { type: "nbd", id: "reader", "node-name": "view" }],
);

function drained(execute: string, args: Command[1], before = fleecing) {
  const { users, nodes } = drainedSection(execute, before, apply(before, execute, args));
  return { users: [...users], nodes: [...nodes] };
}

test("who is moved is drained, with all above both places, parents first", () => {
  const without = apply(fleecing, "block-export-del", { id: "reader" });
  const closed = apply(without, "blockdev-del", { "node-name": "view" });
  const move = { path: "/machine/peripheral/guest", property: "drive", value: "disk" };
  expect(drained("qom-set", move, closed)).toEqual({ users: ["guest"], nodes: ["hook", "disk"] });
});

test("opening a node drains nothing", () => {
  const throttle = { driver: "raw", "node-name": "x", file: "view" };
  expect(drained("blockdev-add", throttle)).toEqual({ users: [], nodes: [] });
});

test("an export that goes is drained alone", () => {
  expect(drained("block-export-del", { id: "reader" })).toEqual({ users: ["reader"], nodes: [] });
});

test("a node that is closed is drained, and nothing below it", () => {
  const without = apply(fleecing, "block-export-del", { id: "reader" });
  const section = drained("blockdev-del", { "node-name": "view" }, without);
  expect(section).toEqual({ users: [], nodes: ["view"] });
});

test("a job that inserts its hook drains all who are put above it, and nobody else", () => {
  const backup = { "job-id": "job", device: "hook", target: "cache", sync: "none" };
  const { users, nodes } = drained("blockdev-backup", backup);
  expect(users).toEqual(["reader", "guest"]);
  expect(nodes).toEqual(["view", "hook"]);
});

test("a job that loses its filter is paused with who goes through that", () => {
  const backup = { "job-id": "job", device: "hook", target: "cache", sync: "none" };
  const copying = apply(fleecing, "blockdev-backup", backup);
  const after = apply(copying, "block-job-cancel", { device: "job" });
  const { users, jobs } = drainedSection("block-job-cancel", copying, after);
  expect([...users]).toEqual(["guest", "reader"]);
  expect([...jobs]).toEqual(["job"]);
});

test("a transaction drains everything", () => {
  const add = { node: "disk", name: "bitmap" };
  const { users, nodes } = drained("transaction", {
    actions: [{ type: "block-dirty-bitmap-add", data: add }],
  });
  expect(users.toSorted()).toEqual(["guest", "other guest", "reader"]);
  expect(nodes.toSorted()).toEqual(["cache", "disk", "hook", "other", "view"]);
  expect(nodes.indexOf("view")).toBeLessThan(nodes.indexOf("hook"));
  expect(nodes.indexOf("hook")).toBeLessThan(nodes.indexOf("disk"));
});

test("a command that changes nothing drains nothing", () => {
  expect(drainedSection("blockdev-del", fleecing, fleecing).nodes.size).toBe(0);
});
