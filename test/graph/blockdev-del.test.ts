/**
 * `blockdev-del`: what keeps a node open, in QEMU's words and in QEMU's order, and what goes with
 * it.
 */
import { describe, expect, test } from "vitest";
import { apply, built, type Command, refused } from "../support/graph.ts";

const disk: Command = ["blockdev-add", { driver: "null-co", "node-name": "disk" }];
const wrapped: Command = [
  "blockdev-add",
  {
    driver: "raw",
    "node-name": "outer",
    file: { driver: "raw", "node-name": "inner", file: { driver: "null-co" } },
  },
];
const raw = (name: string, file: string): Command => [
  "blockdev-add",
  { driver: "raw", "node-name": name, file },
];
const guest = (drive: string): Command => ["device_add", { driver: "scsi-hd", id: "sda", drive }];
const reader = (node: string): Command => [
  "block-export-add",
  { type: "nbd", id: "e", "node-name": node },
];
const del = (name: string): Command => ["blockdev-del", { "node-name": name }];
const namesAfter = (...commands: Command[]) => [...built(...commands).nodes.keys()];

describe("a node is closed", () => {
  test("when nobody uses it", () => {
    expect(namesAfter(disk, raw("a", "disk"), del("a"))).toEqual(["disk"]);
    expect(namesAfter(disk, raw("a", "disk"), del("a"), del("disk"))).toEqual([]);
  });

  test("with what it defined inside itself", () => {
    const graph = built(wrapped, del("outer"));
    expect([...graph.nodes.keys()]).toEqual([]);
    expect(graph.edges).toEqual([]);
  });

  test("without the inline node that somebody else uses too", () => {
    expect(namesAfter(wrapped, raw("other", "inner"), del("outer"))).toEqual([
      "#block0",
      "inner",
      "other",
    ]);
    expect(namesAfter(wrapped, raw("other", "inner"), del("outer"), del("other"))).toEqual([]);
  });

  test("and its name is free again", () => {
    expect(namesAfter(disk, del("disk"), disk)).toEqual(["disk"]);
  });

  test("once, if it is both children of a filter", () => {
    const hook = {
      driver: "copy-before-write",
      "node-name": "hook",
      file: { driver: "null-co", "node-name": "both" },
      target: "both",
    };
    expect(namesAfter(["blockdev-add", hook], del("hook"))).toEqual([]);
  });
});

describe("an inline node without its parent lasts as long as its last user", () => {
  test.for<[string, Command, Command]>([
    ["an export", reader("inner"), ["block-export-del", { id: "e" }]],
    ["a guest", guest("inner"), ["device_del", { id: "sda" }]],
  ])("%s", ([, use, stop]) => {
    expect(namesAfter(wrapped, use, del("outer"))).toEqual(["#block0", "inner"]);
    expect(namesAfter(wrapped, use, del("outer"), stop)).toEqual([]);
  });

  test("a guest that moves on", () => {
    const move = {
      path: "/machine/peripheral/sda",
      property: "drive",
      value: "disk",
    };
    expect(namesAfter(wrapped, disk, guest("inner"), del("outer"), ["qom-set", move])).toEqual([
      "disk",
    ]);
  });

  test("a guest that moves down to a part of it", () => {
    const move = {
      path: "/machine/peripheral/sda",
      property: "drive",
      value: "#block0",
    };
    expect(namesAfter(wrapped, guest("inner"), del("outer"), ["qom-set", move])).toEqual([
      "#block0",
    ]);
  });
});

describe("a node is kept", () => {
  const refusedDel = (name: string, ...commands: Command[]) =>
    refused(built(...commands), ...del(name));

  test("if there is none of that name", () => {
    expect(refusedDel("nobody", disk)).toBe("Failed to find node with node-name='nobody'");
  });

  test("if a guest or a reader uses it", () => {
    expect(refusedDel("disk", disk, guest("disk"))).toBe("Node disk is in use");
    expect(refusedDel("disk", disk, reader("disk"))).toBe("Node disk is in use");
  });

  test("if it belongs to another node", () => {
    expect(refusedDel("inner", wrapped)).toBe("Node inner is not owned by the monitor");
    expect(refusedDel("#block0", wrapped)).toBe("Node #block0 is not owned by the monitor");
  });

  test("if another node uses it", () => {
    expect(refusedDel("disk", disk, raw("a", "disk"))).toBe("Block device disk is in use");
  });

  test("for the first of these reasons, if there are several", () => {
    const inUse = [wrapped, raw("other", "inner"), guest("inner")] as const;
    expect(refusedDel("inner", ...inUse)).toBe("Node inner is in use");
    expect(refusedDel("inner", ...inUse, ["device_del", { id: "sda" }])).toBe(
      "Node inner is not owned by the monitor",
    );
    expect(refusedDel("disk", disk, raw("a", "disk"), guest("disk"))).toBe("Node disk is in use");
  });
});

test("a refused command leaves the graph as it was", () => {
  const graph = built(disk, raw("a", "disk"), guest("a"));
  const before = structuredClone([[...graph.nodes], graph.edges]);
  refused(graph, ...del("a"));
  expect([[...graph.nodes], graph.edges]).toEqual(before);
  expect(apply(graph, "device_del", { id: "sda" }).devices.size).toBe(0);
});
