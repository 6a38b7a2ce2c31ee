/**
 * `blockdev-add`: nodes that are defined inside each other, named or not, and nodes that are used
 * by reference.
 */
import { describe, expect, test } from "vitest";
import { EMPTY_GRAPH, type JsonObject, parentEdges } from "../../src/graph/graph.ts";
import { apply, built, drawn, refused } from "../support/graph.ts";

const add = (args: JsonObject) => ["blockdev-add", args] as const;
const disk = { driver: "null-co", "node-name": "disk" };
const cache = { driver: "null-co", "node-name": "cache" };

describe("a definition", () => {
  test("opens the nodes inside it first, and edges lead down to them", () => {
    const graph = built(
      add({
        driver: "raw",
        "node-name": "top",
        file: { driver: "raw", "node-name": "middle", file: { driver: "file", filename: "a.raw" } },
      }),
    );
    expect([...graph.nodes.keys()]).toEqual(["#block0", "middle", "top"]);
    expect(drawn(graph)).toEqual(["top -file-> middle", "middle -file-> #block0"]);
  });

  test("uses a node that exists by its name", () => {
    const graph = built(add(disk), add({ driver: "raw", "node-name": "top", file: "disk" }));
    expect(drawn(graph)).toEqual(["top -file-> disk"]);
  });

  test("may use a node that it defined before, in the order of its driver's children", () => {
    const hook = { driver: "copy-before-write", "node-name": "hook" };
    const graph = built(add({ target: "disk", file: disk, ...hook }));
    expect(drawn(graph)).toEqual(["hook -target-> disk", "hook -file-> disk"]);
    expect(refused(EMPTY_GRAPH, "blockdev-add", { ...hook, file: "disk", target: disk })).toBe(
      "Cannot find device='disk' nor node-name='disk'",
    );
  });

  test("cannot use the node that it defines", () => {
    const loop = { driver: "raw", "node-name": "loop", file: "loop" };
    expect(refused(EMPTY_GRAPH, "blockdev-add", loop)).toBe(
      "Cannot find device='loop' nor node-name='loop'",
    );
    const inner = { ...loop, file: { ...disk, "node-name": "loop" } };
    expect(refused(EMPTY_GRAPH, "blockdev-add", inner)).toBe(
      "Duplicate nodes with node-name='loop'",
    );
  });

  test("that is refused half way leaves nothing behind", () => {
    const graph = built(add(disk));
    const half = { driver: "copy-before-write", "node-name": "hook", file: cache, target: "lost" };
    expect(refused(graph, "blockdev-add", half)).toContain("'lost'");
    expect([...graph.nodes.keys()]).toEqual(["disk"]);
    expect(graph.autoNames).toBe(0);
  });
});

describe("names", () => {
  test("that nobody gave count up, and are never given twice", () => {
    const wrapper = (name: string) =>
      add({ driver: "raw", "node-name": name, file: { driver: "null-co" } });
    const first = built(wrapper("a"), wrapper("b"));
    expect(drawn(first)).toEqual(["b -file-> #block1", "a -file-> #block0"]);
    const without = apply(first, "blockdev-del", { "node-name": "b" });
    const [execute, args] = wrapper("c");
    expect(drawn(apply(without, execute, args))[0]).toBe("c -file-> #block2");
  });

  test("that nobody gave can be referred to, not given", () => {
    const graph = built(add({ driver: "raw", "node-name": "a", file: { driver: "null-co" } }));
    const reader = { driver: "raw", "node-name": "b", file: "#block0" };
    expect(drawn(apply(graph, "blockdev-add", reader))[0]).toBe("b -file-> #block0");
    expect(refused(graph, "blockdev-add", { driver: "null-co", "node-name": "#block7" })).toBe(
      "Invalid node-name: '#block7'",
    );
  });

  test("have 31 characters at most", () => {
    const named = (length: number) => ({ driver: "null-co", "node-name": "n".repeat(length) });
    expect(built(add(named(31))).nodes.size).toBe(1);
    expect(refused(EMPTY_GRAPH, "blockdev-add", named(32))).toBe("Node name too long");
  });

  test("are not those of devices", () => {
    const graph = built(add(disk), ["device_add", { driver: "scsi-hd", id: "sda", drive: "disk" }]);
    expect(refused(graph, "blockdev-add", { driver: "null-co", "node-name": "sda" })).toBe(
      "node-name=sda is conflicting with a device id",
    );
  });

  test("are needed at the root alone", () => {
    expect(refused(EMPTY_GRAPH, "blockdev-add", { driver: "null-co" })).toBe(
      "'node-name' must be specified for the root node",
    );
  });
});

describe("options", () => {
  const optionsOf = (graph: ReturnType<typeof built>) =>
    Object.fromEntries([...graph.nodes.values()].map(({ name, options }) => [name, options]));

  test("inline children pass discards on, unless told otherwise; roots do not", () => {
    const graph = built(
      add(disk),
      add({
        driver: "copy-before-write",
        "node-name": "hook",
        file: { driver: "raw", "node-name": "a", file: "disk" },
        target: { driver: "raw", "node-name": "b", discard: "ignore", file: { driver: "null-co" } },
      }),
    );
    expect(optionsOf(graph)).toEqual({
      disk: {},
      hook: {},
      a: { discard: "unmap" },
      b: { discard: "ignore" },
      "#block0": { discard: "unmap" },
    });
  });

  test("are kept as they were given, without driver, name and children", () => {
    const graph = built(add({ ...disk, size: 512, "read-only": true }));
    expect(optionsOf(graph)).toEqual({ disk: { size: 512, "read-only": true } });
  });

  test("belong to the driver that has them", () => {
    expect(refused(EMPTY_GRAPH, "blockdev-add", { ...disk, filename: "a.raw" })).toBe(
      "Parameter 'filename' is unexpected",
    );
    const inner = { driver: "raw", "node-name": "top", file: { ...disk, "cbw-timeout": 1 } };
    expect(refused(EMPTY_GRAPH, "blockdev-add", inner)).toBe(
      "Parameter 'file.cbw-timeout' is unexpected",
    );
  });
});

test("the newest parent of a node stands first", () => {
  const raw = (name: string) => add({ driver: "raw", "node-name": name, file: "disk" });
  const graph = built(add(disk), raw("a"), raw("b"), raw("c"));
  expect(parentEdges(graph, "disk").map(({ parent }) => parent.name)).toEqual(["c", "b", "a"]);
});

test("edges carry the roles that the driver gives its children", () => {
  const hook = { driver: "copy-before-write", "node-name": "hook", file: "disk", target: "cache" };
  const graph = built(add(disk), add(cache), add(hook));
  expect(graph.edges.map(({ name, roles }) => [name, roles])).toEqual([
    ["target", ["data"]],
    ["file", ["filtered", "primary"]],
  ]);
});
