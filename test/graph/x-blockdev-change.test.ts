/**
 * `x-blockdev-change` numbers the children of a quorum (QEMU block/quorum.c, `quorum_add_child`,
 * `quorum_del_child`): a counter that goes up with every child, and down only if the child goes
 * that came last. Refusals are in qemu-texts.test.ts; QEMU's own case is H08.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { apply, built, type Command, refused } from "../support/graph.ts";

const leaf = (name: string): Command => ["blockdev-add", { driver: "null-co", "node-name": name }];

/** A quorum over so many of the nodes `c0`, `c1`...; the others are there for later. */
function quorumOf(count: number, threshold = 1): Graph {
  const names = Array.from({ length: 12 }, (_, index) => `c${index}`);
  const children = names.slice(0, count);
  return built(...names.map(leaf), [
    "blockdev-add",
    { driver: "quorum", "node-name": "quorum", "vote-threshold": threshold, children },
  ]);
}

/** The children by the names of their edges, oldest first. */
function childrenOf({ edges }: Graph): string[] {
  return edges.flatMap(({ name, child }) => `${name} ${child}`).reverse();
}

const adds = (graph: Graph, node: string) =>
  apply(graph, "x-blockdev-change", { parent: "quorum", node });
const removes = (graph: Graph, number: number) =>
  apply(graph, "x-blockdev-change", { parent: "quorum", child: `children.${number}` });

test("a child that is added has the next number, and others keep theirs (H08)", () => {
  const three = adds(quorumOf(2), "c2");
  expect(childrenOf(three)).toEqual(["children.0 c0", "children.1 c1", "children.2 c2"]);
  const two = removes(three, 1);
  expect(childrenOf(two)).toEqual(["children.0 c0", "children.2 c2"]);
  expect(childrenOf(adds(two, "c1")).at(-1)).toBe("children.3 c1");
});

test("the last number is given again, once: others that are free are not", () => {
  const two = removes(adds(quorumOf(2), "c2"), 2);
  expect(childrenOf(adds(two, "c3")).at(-1)).toBe("children.2 c3");
  // 3 goes, then nobody has 2 either, but it was not the last when it went.
  const four = adds(adds(quorumOf(2), "c2"), "c3");
  const without = removes(removes(four, 2), 3);
  expect(childrenOf(adds(without, "c4")).at(-1)).toBe("children.3 c4");
});

test("what is refused uses up no number", () => {
  const graph = quorumOf(2, 2);
  const parent = "quorum";
  expect(refused(graph, "x-blockdev-change", { parent, node: "c0" })).toBe(
    "The node c0 already has a parent",
  );
  expect(refused(graph, "x-blockdev-change", { parent, child: "children.1" })).toBe(
    "The number of children cannot be lower than the vote threshold 2",
  );
  expect(childrenOf(adds(graph, "c2")).at(-1)).toBe("children.2 c2");
});

test("no two children ever have one number, and the newest has the highest", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(11)), { maxLength: 20 }), (changes) => {
      let graph = quorumOf(1);
      for (const which of changes) {
        const children = graph.edges;
        const free = [...graph.nodes.keys()].find(
          (name) => name !== "quorum" && !children.some(({ child }) => child === name),
        );
        if (which === null && free !== undefined) graph = adds(graph, free);
        const numbers = graph.edges.map(({ name }) => Number(name.split(".")[1]));
        expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => other - one));
        const gone = which === null ? undefined : numbers[which % numbers.length];
        if (gone !== undefined && numbers.length > 1) graph = removes(graph, gone);
      }
    }),
  );
});
