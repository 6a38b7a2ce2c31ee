/**
 * Inactive nodes: what a disk that is handed over allows, and what is left when it cannot be.
 *
 * What QEMU 10.0 does is recorded from it (test/conformance/recorded, F49 to F63); here stands what
 * the proposed rules make of the same.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMPTY_GRAPH, type Graph } from "../../src/graph/graph.ts";
import { leastSolution } from "../../src/graph/least-solution.ts";
import { WRITE, WRITE_UNCHANGED } from "../../src/graph/permission.ts";
import { profile } from "../../src/graph/profile.ts";
import { apply, type Command, commandArbitrary, context } from "../support/graph.ts";
import { refusal, thrownBy } from "../support/refusal.ts";

const proposed = { ...context, profile: profile("proposed") };
const old = { ...context, profile: profile("qemu-7.2") };

const disk: Command = ["blockdev-add", { driver: "null-co", "node-name": "disk" }];
const inactive: Command = ["blockdev-add", { ...disk[1], active: false }];
const guest: Command = ["device_add", { driver: "scsi-hd", id: "sda", drive: "disk" }];
const sharing: Command = ["device_add", { ...guest[1], "share-rw": true }];
const exported = (id: string, more = {}): Command => [
  "block-export-add",
  { type: "nbd", id, name: id, "node-name": "disk", writable: true, ...more },
];
const setActive = (active: boolean, name = "disk"): Command => [
  "blockdev-set-active",
  { "node-name": name, active },
];

const built = (...commands: Command[]): Graph =>
  commands.reduce((graph, [name, args]) => apply(graph, name, args, proposed), EMPTY_GRAPH);

const refused = (graph: Graph, [name, args]: Command, rules = proposed): string =>
  refusal("graph-refused", () => apply(graph, name, args, rules));

/** What users of the disk may do: `sda WR/UR`. */
const users = (graph: Graph) =>
  graph.edges.map(({ parent, perm, shared }) => [parent.name, perm, shared]);

describe("a disk that is handed over", () => {
  test("takes nothing from its guest but the permissions, which come back with it", () => {
    const before = built(disk, guest);
    const asleep = apply(before, ...setActive(false), proposed);
    expect(users(asleep)).not.toEqual(users(before));
    expect(users(apply(asleep, ...setActive(true), proposed))).toEqual(users(before));
  });

  test("stays if somebody writes it who does not know of that", () => {
    const graph = built(disk, exported("writer"), sharing);
    expect(refused(graph, setActive(false))).toBe(
      "Failed to inactivate node: Operation not permitted",
    );
    const told = built(disk, exported("writer", { "allow-inactive": true }), sharing);
    expect(apply(told, ...setActive(false), proposed).nodes.get("disk")?.inactive).toBe(true);
  });

  test("is active again for whoever exports it", () => {
    const graph = built(inactive, exported("writer"));
    expect(graph.nodes.get("disk")?.inactive).toBe(false);
  });

  test("is handed over with a quorum that has it twice, and with all others", () => {
    const twice: Command = [
      "blockdev-add",
      { driver: "quorum", "node-name": "q", children: ["disk", "disk"], "vote-threshold": 1 },
    ];
    const graph = built(disk, twice, setActive(false, "q"));
    expect([...graph.nodes.values()].map((node) => node.inactive)).toEqual([true, true]);
    const other: Command = ["blockdev-add", { driver: "null-co", "node-name": "other" }];
    const all: Command = ["blockdev-set-active", { active: false }];
    const everything = built(other, disk, exported("e", { writable: false }), all);
    expect([...everything.nodes.values()].every((node) => node.inactive)).toBe(true);
  });
});

test("there are no inactive nodes before QEMU 10.0", () => {
  expect(refused(EMPTY_GRAPH, inactive, old)).toBe("Parameter 'active' is unexpected");
  const graph = apply(EMPTY_GRAPH, ...disk, old);
  const waiting = exported("e", { "allow-inactive": true });
  expect(refused(graph, waiting, old)).toBe("Parameter 'allow-inactive' is unexpected");
  expect(refused(graph, setActive(false), old)).toBe(
    "The command blockdev-set-active has not been found",
  );
});

test("whatever commands made a graph, nobody writes an inactive node or rests on one", () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const sets = fc
    .record({ "node-name": name, active: fc.boolean() })
    .map((args): Command => ["blockdev-set-active", args]);
  const adds = fc
    .tuple(name, name, fc.boolean())
    .map(
      ([node, file, active]): Command => [
        "blockdev-add",
        { driver: "raw", "node-name": node, file, active },
      ],
    );
  const others = commandArbitrary.map(
    ({ execute, arguments: args }): Command => [execute, { ...args }],
  );
  const commands = fc.array(fc.oneof(others, others, sets, adds), { minLength: 10, maxLength: 40 });
  let met = 0;
  fc.assert(
    fc.property(commands, (sequence) => {
      let graph = built(disk, ["blockdev-add", { driver: "null-co", "node-name": "a" }]);
      for (const [execute, args] of sequence) {
        thrownBy(() => {
          graph = apply(graph, execute, args, proposed);
        });
        expect(graph.edges).toEqual(leastSolution(graph, proposed).edges);
        for (const { parent, child, perm } of graph.edges) {
          if (graph.nodes.get(child)?.inactive !== true) continue;
          met++;
          expect(perm & (WRITE | WRITE_UNCHANGED)).toBe(0);
          if (parent.kind === "node") expect(graph.nodes.get(parent.name)?.inactive).toBe(true);
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(met).toBeGreaterThan(1000);
});
