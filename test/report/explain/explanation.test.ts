/**
 * Explanations: of the insertion that goes wrong most often, the view before the guest has moved.
 */
import { describe, expect, test } from "vitest";
import { DRIVERS } from "../../../src/drivers/registry.ts";
import type { QmpCommand } from "../../../src/graph/commands.ts";
import { EMPTY_GRAPH, type JsonObject } from "../../../src/graph/graph.ts";
import { profile } from "../../../src/graph/profile.ts";
import { explain, explanationSchema } from "../../../src/report/explain/explanation.ts";
import { explanationText } from "../../../src/report/explain/explanation-text.ts";

const context = { drivers: DRIVERS, profile: profile("qemu-7.2") };

const send = (execute: string, args: JsonObject): QmpCommand => ({ execute, arguments: args });
const add = (driver: string, name: string, args: JsonObject) =>
  send("blockdev-add", { driver, "node-name": name, ...args });

const VIEW_TOO_EARLY = [
  add("null-co", "disk", {}),
  send("device_add", { driver: "scsi-hd", id: "guest", drive: "disk" }),
  add("null-co", "cache", {}),
  add("copy-before-write", "hook", { file: "disk", target: "cache" }),
  add("snapshot-access", "view", { file: "hook" }),
  send("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "hook" }),
];

test("who moves is said, also who did not mean to (R02)", () => {
  const early = VIEW_TOO_EARLY.filter(({ arguments: args }) => args["node-name"] !== "view");
  const target = { "job-id": "job", target: "second", sync: "none", "filter-node-name": "hook2" };
  const script = [
    ...early,
    add("snapshot-access", "view", { file: "hook" }),
    add("null-co", "second", {}),
    send("blockdev-backup", { device: "hook", ...target }),
  ];
  const last = explain(EMPTY_GRAPH, script, context).commands.at(-1);
  expect(last?.moves.map(({ parent, from, to }) => [parent.name, from, to])).toEqual([
    ["view", "hook", "hook2"],
    ["guest", "hook", "hook2"],
  ]);
});

describe("a view that comes before the guest has moved", () => {
  const explanation = explain(EMPTY_GRAPH, VIEW_TOO_EARLY, context);

  test("is refused in QEMU's words, with both edges and where their masks come from", () => {
    expect(explanationText(explanation, "text").slice(4, 22)).toEqual([
      "5  refused   blockdev-add  view (snapshot-access)",
      "   Permission conflict on node 'disk': permissions 'write' are both required by block " +
        "device 'guest' (uses node 'disk' as 'root' child) and unshared by node 'hook' (uses " +
        "node 'disk' as 'file' child).",
      "   the graph that was asked for:",
      "     ! guest --root[RW/RUS]--> disk",
      "     ! hook --file[-/RU]--> disk",
      "       hook --target[W/RWU]--> cache",
      "       view --file[-/RWUS]--> hook",
      "   who requires write:",
      "     guest --root[RW/RUS]--> disk  as it was added",
      "   who does not share write:",
      "     hook --file[-/RU]--> disk  by the rule of its driver",
      "   each of these would help (it was tried):",
      "     - add node 'disk' read-only",
      "     - send it after command 6 (qom-set)",
      "     - let 'hook' share 'write' on its 'file' edge (a filter in between can do that)",
      "6  accepted  qom-set  /machine/peripheral/guest",
      "   moves guest --root--> disk to hook",
      "",
    ]);
  });

  test("is told to programs as the schema says", () => {
    expect(explanationSchema.parse(explanation).commands.map(({ verdict }) => verdict)).toEqual([
      ...["accepted", "accepted", "accepted", "accepted", "refused", "accepted"],
    ]);
  });

  test.each([
    ["mermaid", 'n0 ==>|"root [RW/RUS]"| n1'],
    ["dot", 'n0 -> n1 [label="root [RW/RUS]", color=red]'],
  ] as const)("is drawn for %s, with the two edges marked", (format, line) => {
    expect(explanationText(explanation, format).map((each) => each.trim())).toContain(line);
  });
});

test("a mask that was handed down is followed to whoever began it", () => {
  const { commands } = explain(
    EMPTY_GRAPH,
    [
      add("null-co", "disk", {}),
      add("raw", "middle", { file: "disk" }),
      add("raw", "top", { file: "middle" }),
      send("block-export-add", { type: "nbd", id: "guest", "node-name": "top", writable: true }),
      add("blkdebug", "pin", { image: "disk", "unshare-child-perms": ["write"] }),
    ],
    context,
  );
  const conflict = commands.at(-1)?.conflict;
  expect(conflict?.required.map(({ edge, why }) => [edge.parent.name, why])).toEqual([
    ["middle", "handed-on"],
    ["top", "handed-on"],
    ["guest", "user"],
  ]);
  expect(conflict?.remedies).toContain("export 'guest' read-only");
});

test("a change that costs a command which was accepted is no remedy", () => {
  const { commands } = explain(
    EMPTY_GRAPH,
    [
      add("null-co", "disk", {}),
      add("qcow2", "format", { file: "disk", backing: null }),
      send("block-export-add", { type: "nbd", id: "looker", "node-name": "disk" }),
    ],
    context,
  );
  const remedies = commands.at(-1)?.conflict?.remedies;
  // With the disk read-only the export would be there, and the format would not.
  expect(remedies).toContain("add node 'format' read-only");
  expect(remedies).not.toContain("add node 'disk' read-only");
});

test("what QEMU does instead of refusing is said", () => {
  const { commands } = explain(
    EMPTY_GRAPH,
    [
      add("null-co", "disk", {}),
      send("device_add", { driver: "scsi-hd", id: "guest", drive: "disk" }),
      send("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "disk" }),
    ],
    context,
  );
  expect(commands.at(-1)).toMatchObject({ verdict: "refused", predicts: "abort", conflict: null });
});
