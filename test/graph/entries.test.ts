/**
 * Those who use a graph from outside: guest disks and exports come, go and move.
 */
import { describe, expect, test } from "vitest";
import { type Graph, type JsonObject, parentEdges, rootNode } from "../../src/graph/graph.ts";
import { apply, built, drawn, refused } from "../support/graph.ts";

const graph = built(
  ["blockdev-add", { driver: "null-co", "node-name": "disk" }],
  ["blockdev-add", { driver: "null-co", "node-name": "other" }],
  ["blockdev-add", { driver: "null-co", "node-name": "frozen", "read-only": true }],
);
const sda = { driver: "scsi-hd", id: "sda", drive: "disk" };
const view = { type: "nbd", id: "view", "node-name": "disk" };
const withGuest = apply(graph, "device_add", sda);
const withReader = apply(graph, "block-export-add", view);

describe("a guest disk", () => {
  test("uses a node through an edge called root", () => {
    expect(drawn(withGuest)).toEqual(["sda -root-> disk"]);
    expect(rootNode(withGuest, "sda")).toBe("disk");
    expect(withGuest.edges[0]?.roles).toEqual(["filtered", "primary"]);
  });

  test("goes, and its edge with it", () => {
    const after = apply(withGuest, "device_del", { id: "sda" });
    expect([after.devices.size, after.edges]).toEqual([0, []]);
    expect(refused(after, "device_del", { id: "sda" })).toBe("Device 'sda' not found");
  });

  test.for<[string, Graph, JsonObject]>([
    ["Duplicate device ID 'sda'", withGuest, sda],
    ["Duplicate device ID 'view'", withReader, { ...sda, id: "view" }],
    ["Cannot find device='' nor node-name='nobody'", graph, { ...sda, drive: "nobody" }],
    ["Parameter 'driver' does not accept value 'floppy'", graph, { ...sda, driver: "floppy" }],
    ["Parameter 'drive' is missing", graph, { driver: "scsi-hd", id: "sda" }],
    ["Parameter 'slot' is unexpected", graph, { ...sda, slot: "s0" }],
  ])("%s", ([text, before, args]) => {
    expect(refused(before, "device_add", args)).toBe(text);
  });
});

describe("moving a guest disk", () => {
  const move = (value: string, path = "/machine/peripheral/sda"): JsonObject => ({
    path,
    property: "drive",
    value,
  });

  test("leads its edge to the other node, as the newest one there", () => {
    const shared = apply(withGuest, "block-export-add", { ...view, "node-name": "other" });
    const moved = apply(shared, "qom-set", move("other"));
    expect(rootNode(moved, "sda")).toBe("other");
    expect(parentEdges(moved, "other").map(({ parent }) => parent.name)).toEqual(["sda", "view"]);
    expect(parentEdges(moved, "disk")).toEqual([]);
  });

  test("leaves everybody else where they are", () => {
    const shared = apply(withGuest, "block-export-add", view);
    expect(drawn(apply(shared, "qom-set", move("other")))).toEqual([
      "sda -root-> other",
      "view -root-> disk",
    ]);
  });

  test("takes the bare name of a device as well", () => {
    expect(rootNode(apply(withGuest, "qom-set", move("other", "sda")), "sda")).toBe("other");
  });

  test.for<[string, Graph, JsonObject]>([
    // QEMU aborts here (R04): an assertion where one sentence would do.
    ["Device 'sda' already uses node 'disk'", withGuest, move("disk")],
    ["Cannot find device='' nor node-name='nobody'", withGuest, move("nobody")],
    [
      "Device '/machine/peripheral/sdb' not found",
      withGuest,
      move("other", "/machine/peripheral/sdb"),
    ],
    ["Device 'view' not found", withReader, move("other", "view")],
    ["Device 'disk' not found", withGuest, move("other", "disk")],
    [
      "Parameter 'property' does not accept value 'serial'",
      withGuest,
      { ...move("other"), property: "serial" },
    ],
  ])("%s", ([text, before, args]) => {
    expect(refused(before, "qom-set", args)).toBe(text);
  });
});

describe("an export", () => {
  test("uses a node through an edge called root", () => {
    expect(drawn(withReader)).toEqual(["view -root-> disk"]);
    expect([...withReader.exports.values()]).toEqual([
      { id: "view", type: "nbd", writable: false, name: "disk" },
    ]);
  });

  test("goes, and its edge with it", () => {
    const after = apply(withReader, "block-export-del", { id: "view" });
    expect([after.exports.size, after.edges]).toEqual([0, []]);
    expect(refused(after, "block-export-del", { id: "view" })).toBe("Export 'view' is not found");
  });

  test("of a read-only node may be read, not written", () => {
    const frozen = { ...view, "node-name": "frozen" };
    expect(apply(graph, "block-export-add", frozen).exports.size).toBe(1);
    expect(refused(graph, "block-export-add", { ...frozen, writable: true })).toBe(
      "Cannot export read-only node as writable",
    );
  });

  test.for<[string, Graph, JsonObject]>([
    ["Block export id 'view' is already in use", withReader, view],
    ["Block export id 'view' is already in use", withReader, { ...view, "node-name": "nobody" }],
    ["Block export id 'sda' is already in use", withGuest, { ...view, id: "sda" }],
    ["Cannot find device='' nor node-name='nobody'", graph, { ...view, "node-name": "nobody" }],
    ["Parameter 'type' does not accept value 'vhs'", graph, { ...view, type: "vhs" }],
    ["Invalid parameter type for 'writable', expected: boolean", graph, { ...view, writable: 1 }],
    ["Invalid block export id", graph, { ...view, id: "" }],
    ["Invalid block export id", graph, { ...view, id: "7up" }],
  ])("%s", ([text, before, args]) => {
    expect(refused(before, "block-export-add", args)).toBe(text);
  });
});
