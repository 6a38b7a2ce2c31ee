/**
 * Bad input for graph commands: whatever JSON comes, it is accepted or refused in words, QEMU's
 * where QEMU has some, and what was refused has changed nothing.
 *
 * The lines go, in order, to one daemon and to one graph of ours. What no daemon should be sent,
 * because it aborts or takes for ever, stands by itself.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerCommand, COMMANDS } from "../../src/graph/commands.ts";
import { EMPTY_GRAPH, type JsonObject, type JsonValue } from "../../src/graph/graph.ts";
import { PROFILES, type ProfileName, profile } from "../../src/graph/profile.ts";
import { Refusal } from "../../src/graph/refuse.ts";
import { parseRecorded } from "../../src/qemu/recorded.ts";
import { apply, built, context, refused } from "../support/graph.ts";
import { refusal } from "../support/refusal.ts";
import { StorageDaemon } from "../support/storage-daemon.ts";
import { needsTool } from "../tools/needs-tool.ts";

/** Lines of a command, its arguments as text: an object literal knows no `__proto__`. */
const send = (execute: string, ...given: readonly string[]) =>
  given.map((args) => `{"execute":"${execute}","arguments":${args}}`);

const list = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

const MALFORMED: readonly string[] = [
  ...["[]", "1", '"x"', "null", "true", "{}", list(1024)],
  ...['{"execute":1}', '{"execute":null}', '{"execute":["blockdev-add"]}', '{"arguments":{}}'],
  ...['{"arguments":1}', '{"execute":1,"extra":1}', '{"extra":1,"execute":1}'],
  ...['{"execute":1,"arguments":1}', '{"execute":"nope","__proto__":{}}'],
  ...['{"execute":"blockdev-add"}', '{"execute":"blockdev-del","extra":1}'],
  ...['{"execute":"query-named-block-nodes","id":{"a":[1]}}'],
  ...['{"exec-oob":"query-named-block-nodes"}', '{"execute":"x"}', '{"execute":""}'],
  ...['{"execute":"__proto__"}', '{"execute":"constructor"}', '{"execute":"a b"}'],
  ...send("blockdev-add", "[]", "null", '"x"', "7", "true"),
];

const NODES: readonly string[] = [
  ...send(
    "blockdev-add",
    '{"driver":"null-co","node-name":"n"}',
    '{"driver":"null-co","node-name":"n"}',
    '{"driver":"null-co","node-name":"constructor"}',
    '{"driver":"null-co","node-name":"__proto__"}',
    '{"driver":"__proto__","node-name":"a"}',
    '{"driver":"raw","node-name":"toString","file":"constructor"}',
    '{"driver":"raw","node-name":"a","file":"__proto__"}',
    '{"driver":"raw","node-name":"a","file":"a"}',
    '{"driver":"raw","node-name":"a","file":{"driver":"raw","file":"a"}}',
    '{"driver":"raw","node-name":"a","file":{"driver":"null-co","node-name":"n"}}',
    '{"driver":"raw","node-name":"r","file":"n"}',
    '{"driver":"raw","node-name":"q","file":"r"}',
    '{"driver":"copy-before-write","node-name":"h","file":"n","target":"n","cbw-timeout":"x"}',
    '{"driver":"copy-before-write","node-name":"h","file":"n","target":"n","cbw-timeout":1.5}',
    '{"driver":"copy-before-write","node-name":"h","file":"n","target":"n","cbw-timeout":1e30}',
    // A command may be nested 1,024 deep, itself and its arguments counted.
    `{"driver":"null-co","node-name":"a","x":${list(1022)}}`,
    `{"driver":"null-co","node-name":"a","size":${list(1022)}}`,
    `{"driver":"null-co","node-name":${list(1022)}}`,
    `{"driver":${list(1022)},"node-name":"a"}`,
  ),
  ...send(
    "blockdev-del",
    ...['{"node-name":"toString"}', '{"node-name":"constructor"}', '{"node-name":"__proto__"}'],
    ...['{"node-name":"hasOwnProperty"}', '{"node-name":null}', '{"node-name":[]}'],
    ...['{"node-name":{}}', '{"node-name":"n","x":1}', '{"node-name":"n"}'],
  ),
];

const REOPENED: readonly string[] = send(
  "blockdev-reopen",
  ...["{}", '{"options":null}', '{"options":{}}', '{"options":[null]}', '{"options":[1]}'],
  ...['{"options":[[]]}', '{"options":[{}]}', '{"options":[{"driver":"raw"}]}'],
  '{"options":[{"driver":"null-co"}]}',
  '{"options":[{"driver":1,"node-name":"n"}]}',
  '{"options":[{"driver":"nope","node-name":"n"}]}',
  '{"options":[{"driver":"null-co","node-name":"n","x":1}]}',
  '{"options":[{"driver":"raw","node-name":"__proto__","file":"x"}]}',
  '{"options":[{"driver":"raw","node-name":1,"file":"x"}]}',
  '{"options":[{"driver":"raw","node-name":"n","file":{}}]}',
  '{"options":[{"driver":"raw","node-name":"n","file":{"driver":"nope"}}]}',
  '{"options":[{"driver":"null-co","node-name":"n"},{"driver":"null-co","size":true}]}',
  '{"options":[{"driver":"null-co","node-name":"n"},7]}',
  // What is said twice of a node is put together.
  '{"options":[{"driver":"raw","node-name":"r","file":"n"},{"driver":"null-co","node-name":"r"}]}',
  '{"options":[{"driver":"null-co","node-name":"r","size":512},' +
    '{"driver":"raw","node-name":"r","file":"n"}]}',
  '{"options":[{"driver":"raw","node-name":"r","file":"r"}]}',
  '{"options":[{"driver":"raw","node-name":"r","file":"q"}]}',
  '{"options":[{"driver":"raw","node-name":"r","file":"n"},' +
    '{"driver":"raw","node-name":"q","file":"q"}]}',
);

const TRANSACTIONS: readonly string[] = send(
  "transaction",
  ...["{}", '{"actions":null}', '{"actions":{}}', '{"actions":[null]}', '{"actions":[[]]}'],
  ...['{"actions":["abort"]}', '{"actions":[{}]}', '{"actions":[{"type":1}]}'],
  '{"actions":[{"type":"__proto__","data":{}}]}',
  '{"actions":[{"type":"transaction","data":{"actions":[]}}]}',
  '{"actions":[{"type":"abort"}]}',
  '{"actions":[{"type":"abort","data":null}]}',
  '{"actions":[{"type":"abort","data":[]}]}',
  '{"actions":[{"type":"abort","data":{"x":1}}]}',
  '{"actions":[{"type":"abort","data":{"__proto__":1}}]}',
  '{"actions":[{"type":"abort","data":{},"x":1}]}',
  '{"actions":[{"type":"abort","data":{}}]}',
  '{"actions":[{"type":"block-dirty-bitmap-add","data":{}}]}',
  '{"actions":[{"type":"block-dirty-bitmap-add","data":{"node":"n","name":1}}]}',
  '{"actions":[{"type":"abort","data":{}},{"type":"abort","data":{"x":1}}]}',
  '{"actions":[{"type":"abort","data":{"x":1}},{"type":"__proto__"}]}',
  '{"actions":[],"properties":1}',
  '{"actions":[],"properties":{"completion-mode":"x"}}',
  '{"actions":[],"properties":{"x":1}}',
  '{"actions":[],"x":1}',
  '{"actions":[{"type":"block-dirty-bitmap-add","data":{"node":"n","name":"b"}},' +
    '{"type":"abort","data":{}}]}',
);

const OTHERS: readonly string[] = [
  ...send(
    "block-dirty-bitmap-add",
    ...["{}", '{"node":1,"name":"b"}', '{"node":"n"}', '{"node":"__proto__","name":"b"}'],
    ...['{"node":"n","name":"__proto__"}', '{"node":"n","name":"__proto__"}'],
    ...['"x"', '"512"', "1.5", "null", "{}", "true", "-1", "4294967296", "1e30", "0"].map(
      (size) => `{"node":"n","name":"c","granularity":${size}}`,
    ),
    '{"node":"n","name":"c","disabled":1}',
    '{"node":"n","name":"c","x":[]}',
  ),
  // What the transaction above added went with it.
  ...send("block-dirty-bitmap-remove", "{}", '{"node":"n","name":"b"}', '{"node":"n","name":null}'),
  ...send(
    "block-export-add",
    ...["{}", '{"type":1,"id":"e","node-name":"n"}', '{"type":"nbd","id":1,"node-name":"n"}'],
    '{"type":"__proto__","id":"e","node-name":"n"}',
    '{"type":"nbd","id":"__proto__","node-name":"n"}',
    '{"type":"nbd","id":"e","node-name":"__proto__"}',
    '{"type":"nbd","id":"e","node-name":null}',
    '{"type":"nbd","id":"e","node-name":"n","writable":1}',
    '{"type":"nbd","id":"e","node-name":"n","constructor":1}',
  ),
  ...send("block-export-del", "{}", '{"id":1}', '{"id":"__proto__"}', '{"id":"e","mode":"x"}'),
  ...send(
    "object-add",
    ...["{}", '{"qom-type":1,"id":"t"}', '{"qom-type":"nope","id":"t"}'],
    ...['"__proto__"', '""', '"a/b"', '"7"', "1", '"t"', '"t"'].map(
      (id) => `{"qom-type":"throttle-group","id":${id}}`,
    ),
    '{"qom-type":"throttle-group"}',
    '{"qom-type":"throttle-group","id":"u","x":1}',
    '{"qom-type":"throttle-group","id":"u","limits":1}',
    '{"qom-type":"throttle-group","id":"u","limits":{"iops-total":"x"}}',
    '{"qom-type":"throttle-group","id":"u","limits":{"iops-total":1},"x-bps-read":1}',
  ),
  ...send("object-del", "{}", '{"id":1}', '{"id":"__proto__"}', '{"id":"t","x":1}'),
  ...send(
    "x-blockdev-change",
    ...["{}", '{"parent":1}', '{"parent":"n"}', '{"parent":"zz","child":"file"}'],
    ...['{"parent":"n","node":"zz"}', '{"parent":"n","child":"a","node":"r"}'],
  ),
  ...send(
    "blockdev-snapshot",
    ...["{}", '{"node":"n"}', '{"node":1,"overlay":"r"}', '{"node":"zz","overlay":"r"}'],
    ...['{"node":"n","overlay":"zz"}', '{"node":"n","overlay":"n"}'],
  ),
  ...send(
    "blockdev-backup",
    ...["{}", '{"device":"n"}', '{"device":"n","sync":"none"}', '{"device":1,"sync":"none"}'],
    '{"job-id":1,"device":"n","target":"r","sync":"none"}',
    '{"job-id":"j","device":"n","target":"zz","sync":"none"}',
    '{"job-id":"j","device":"n","target":"n","sync":"none"}',
    '{"job-id":"j","device":"n","target":"r","sync":"x"}',
    '{"job-id":"j","device":"n","target":1,"sync":"none","speed":"x"}',
  ),
  ...send("block-job-cancel", "{}", '{"device":1}', '{"device":"zz"}', '{"device":"__proto__"}'),
  ...send("query-named-block-nodes", '{"x":1}', '{"flat":1}'),
  ...send("x-debug-query-block-graph", '{"x":1}'),
  ...send(
    "nbd-server-start",
    "{}",
    '{"addr":1}',
    '{"addr":{"type":"unix","data":{"path":"s"}},"x":1}',
  ),
  ...send("nbd-server-stop", '{"x":1}'),
];

const LINES = [...MALFORMED, ...NODES, ...REOPENED, ...TRANSACTIONS, ...OTHERS];

/** After each of these a daemon stumbles over what is left of the line. */
const TOO_DEEP = [
  list(1025),
  list(10_000),
  ...send("blockdev-add", `{"driver":"null-co","node-name":"a","x":${list(1023)}}`),
  ...send("transaction", `{"actions":${list(1023)}}`),
];

const shown = (line: string) => (line.length < 200 ? line : `${line.slice(0, 80)}...`);

/** What we say to lines, in order; null: accepted. What is refused must have changed nothing. */
function ownWords(lines: readonly string[]): string[] {
  let graph = EMPTY_GRAPH;
  return lines.map((line) => {
    const before = structuredClone(graph);
    const answer = answerCommand(graph, JSON.parse(line), context);
    if (answer.refusal !== null) expect(answer.graph).toEqual(before);
    graph = answer.graph;
    return `${shown(line)}: ${answer.refusal?.message ?? "accepted"}`;
  });
}

function theirWords(lines: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "blockgraph-bad-input-"));
  return StorageDaemon.using(folder, async (daemon) => {
    const words: string[] = [];
    for (const line of lines) {
      words.push(`${shown(line)}: ${(await daemon.line(line)) ?? "accepted"}`);
    }
    return words;
  }).finally(() => rmSync(folder, { recursive: true }));
}

const { test: testBesideQemu } = needsTool("qemu-storage-daemon");

testBesideQemu("what is no command of sense is refused in QEMU's words", async () => {
  expect(ownWords(LINES)).toEqual(await theirWords(LINES));
});

testBesideQemu("what is nested too deeply is refused in QEMU's words", async () => {
  for (const line of TOO_DEEP) expect(ownWords([line])).toEqual(await theirWords([line]));
});

/** A definition with so many inside it. */
function nested(depth: number): JsonObject {
  let definition: JsonObject = { driver: "null-co" };
  for (let count = 0; count < depth; count++) definition = { driver: "raw", file: definition };
  return { ...definition, "node-name": "top" };
}

describe("what a daemon takes for ever to answer", () => {
  test("nodes are defined inside each other as deep as JSON may be, and closed again", () => {
    const graph = built(["blockdev-add", nested(1022)]);
    expect(graph.nodes.size).toBe(1023);
    const backing = { driver: "raw", "node-name": "top", file: "#block1021" };
    expect(apply(graph, "blockdev-reopen", { options: [backing] })).toEqual(graph);
    expect(apply(graph, "blockdev-del", { "node-name": "top" }).nodes.size).toBe(0);
  });

  test.for([1023, 10_000])("%i nodes inside each other are too many", (depth) => {
    const text = "JSON nesting depth limit exceeded";
    expect(refused(EMPTY_GRAPH, "blockdev-add", nested(depth))).toBe(text);
    const options = [{ ...nested(depth), driver: "raw" }];
    expect(refused(EMPTY_GRAPH, "blockdev-reopen", { options })).toBe(text);
    const actions = [{ type: "abort", data: nested(depth) }];
    expect(refused(EMPTY_GRAPH, "transaction", { actions })).toBe(text);
  });

  test("inline nodes that one node after the other keeps are closed all at once", () => {
    const inline = (name: string): JsonObject => ({ driver: "raw", "node-name": name });
    const chain = Array.from({ length: 400 }, (_, at) => `t${at}`);
    let graph = built(["blockdev-add", { driver: "null-co", "node-name": "end" }]);
    for (const [at, name] of chain.entries()) {
      const below = at === 0 ? "end" : `i${at - 1}`;
      const file = { ...inline(`i${at}`), file: below };
      graph = apply(graph, "blockdev-add", { ...inline(name), file });
    }
    for (const name of chain.slice(0, -1)) {
      graph = apply(graph, "blockdev-del", { "node-name": name });
    }
    expect(graph.nodes.size).toBe(402);
    const last = { "node-name": "t399" };
    expect([...apply(graph, "blockdev-del", last).nodes.keys()]).toEqual(["end"]);
  });
});

describe("an empty list of nodes to reopen", () => {
  test.for(PROFILES)("with %s", (name) => {
    const rules = { ...context, profile: profile(name) };
    const empty = { execute: "blockdev-reopen", arguments: { options: [] } };
    const { refusal: answer } = answerCommand(EMPTY_GRAPH, empty, rules);
    const unknown = rules.profile.absent.has("blockdev-reopen");
    const defect = answer instanceof Refusal ? answer.predicts : null;
    expect(defect).toBe(name === "proposed" || unknown ? null : "abort");
    expect(answer === null).toBe(name === "proposed");
  });
});

describe("a node that a reopen closes itself", () => {
  const inline = { driver: "null-co", "node-name": "inline" };
  const graph = built(
    ["blockdev-add", { driver: "null-co", "node-name": "other" }],
    ["blockdev-add", { driver: "raw", "node-name": "top", file: inline }],
  );
  const top = { driver: "raw", "node-name": "top", file: "other" };
  const reopen = (options: JsonObject[], name: ProfileName) =>
    answerCommand(
      graph,
      { execute: "blockdev-reopen", arguments: { options } },
      { ...context, profile: profile(name) },
    ).refusal;

  test.for([
    [inline, top],
    [top, inline],
  ])("crashes QEMU if it is to be reopened", (options) => {
    for (const name of ["qemu-7.2", "qemu-10.0"] as const) {
      expect(reopen(options, name)).toMatchObject({ predicts: "crash" });
    }
    expect(reopen(options, "proposed")).toBeNull();
  });

  test("is no matter otherwise", () => {
    expect(reopen([top], "qemu-7.2")).toBeNull();
  });
});

test("recorded verdicts that are nested too deeply are no recorded verdicts", () => {
  const deep = (depth: number) =>
    `[{"id":"A","title":"t","steps":[{"cmd":"x","args":{"y":${list(depth)}},"result":"ok"}]}]`;
  expect(parseRecorded(Buffer.from(deep(1000)), "f")).toHaveLength(1);
  for (const text of [deep(10_000), list(10_000)]) {
    const told = refusal("log-broken", () => parseRecorded(Buffer.from(text), "f"));
    expect(told).toMatch(/^f: line 1 is no recorded sequence/);
  }
});

describe("whatever JSON comes", () => {
  /** A graph that the words below are about. */
  const graph = built(
    ["blockdev-add", { driver: "null-co", "node-name": "a" }],
    ["blockdev-add", { driver: "raw", "node-name": "b", file: "a" }],
    ["block-dirty-bitmap-add", { node: "a", name: "c" }],
    ["block-export-add", { type: "nbd", id: "e", "node-name": "b" }],
  );
  const before = structuredClone(graph);
  const words = fc.constantFrom(
    ...["a", "b", "c", "e", "raw", "null-co", "copy-before-write", "file", "abort", "none", ""],
    ...["__proto__", "constructor", "toString", "#block0", "nbd", "throttle-group", "scsi-hd"],
  );
  const keys = fc.constantFrom(
    ...["driver", "node-name", "file", "target", "backing", "bottom", "options", "actions"],
    ...["type", "data", "id", "node", "name", "parent", "child", "device", "sync", "overlay"],
    ...["__proto__", "constructor", "toString", "qom-type", "path", "value", "properties"],
  );
  /** Something inside so many lists or objects. */
  const deep = fc
    .tuple(fc.constantFrom(1, 100, 1019, 1020, 1021, 1022, 1023, 1024, 5000), fc.option(keys))
    .map(([depth, key]): JsonValue => {
      const [open, close] = key === null ? ["[", "]"] : [`{${JSON.stringify(key)}:`, "}"];
      return JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);
    });
  const leaf = fc.oneof(
    { weight: 8, arbitrary: words },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
    fc.constantFrom(-1, 0.5, 2 ** 53, 1e30, null, true),
    deep,
  );
  const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: "medium" },
      leaf,
      fc.array(tie("value"), { maxLength: 3 }),
      tie("object"),
    ),
    object: fc.array(fc.tuple(keys, tie("value")), { maxLength: 5 }).map(asObject),
  }));
  const input = fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(fc.constantFrom(...COMMANDS.keys()), fc.array(fc.tuple(keys, value)))
        .map(([execute, members]) => ({ execute, arguments: asObject(members) })),
    },
    fc
      .array(fc.tuple(fc.constantFrom("execute", "arguments", "id", "__proto__"), value))
      .map(asObject),
    value,
  );

  /** `__proto__` is a name like any other, as for JSON.parse. */
  function asObject(members: readonly (readonly [string, unknown])[]): object {
    const object = {};
    for (const [key, inner] of members) {
      const member = { value: inner, enumerable: true, configurable: true, writable: true };
      Object.defineProperty(object, key, member);
    }
    return object;
  }

  test.each(PROFILES)("it is accepted or refused in words, by the rules of %s", (name) => {
    const rules = { ...context, profile: profile(name) };
    fc.assert(
      fc.property(input, (given) => {
        const { refusal: answer } = answerCommand(graph, given, rules);
        // Whatever came of it, the graph that was given is the same; and what comes instead of one
        // that was refused is the same but for the order of edges.
        expect(graph).toEqual(before);
        if (answer === null) return;
        expect(answer.code).toBe("graph-refused");
        expect(answer.message).toMatch(/\w/);
        const after = answerCommand(graph, given, rules).graph;
        expect({ ...after, edges: new Set(after.edges) }).toEqual({
          ...before,
          edges: new Set(before.edges),
        });
      }),
      { numRuns: 400 },
    );
  });
});
