/** Scripts: bare bodies, checked like records, and told from logs by their first line. */
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseScript, readLogOrScript, readScript } from "../../src/log/script.ts";
import { bodiesArbitrary, logOf, SMALL_LOG, withPath } from "./arbitraries.ts";

const scriptOf = (bodies: readonly unknown[]) => bodies.map((b) => JSON.stringify(b)).join("\n");

test("a script gives its bodies, whatever stands between them for people", () => {
  const between = fc.constantFrom("", "\n", "  \t\n", "# {", "#\n\n# \n", "\r");
  fc.assert(
    fc.property(bodiesArbitrary, between, fc.boolean(), (bodies, gap, ends) => {
      const lines = bodies.map((body) => `${gap}\n${JSON.stringify(body)}`).join("\n");
      const text = `${lines}${ends ? "\n" : ""}`;
      expect(parseScript(text).map((b) => JSON.stringify(b))).toEqual(
        bodies.map((b) => JSON.stringify(b)),
      );
    }),
  );
});

test("the example in the documentation is a script", () => {
  const text = `# the guest writes while the reader looks
{"kind":"io","request":0,"through":"guest","operation":"read","offset":0,"length":512}
{"kind":"step","agent":0,"event":"DONE"}`;
  expect(parseScript(text).map(({ kind }) => kind)).toEqual(["io", "step"]);
});

test.each([
  [
    "# one\n\n{oops\n",
    "script: line 3: not JSON; correct the line, or begin it with # to leave it out",
  ],
  ['{"kind":"crash"}\n{"kind":"crush"}', 'script: line 2: kind is "crush", expected one of start'],
  ['{"kind":"fault","agent":0,"errno":"EWHAT"}', "script: line 1: errno: Invalid option"],
  ['{"kind":"crash","seq":0}', "script: line 1: kind crash: Unrecognized key"],
  ["5", "script: line 1: it is not a JSON object"],
])("%j is refused by line", (text, message) => {
  expect(() => parseScript(text)).toThrow(message);
  expect(() => parseScript(text)).toThrow(expect.objectContaining({ code: "log-broken" }));
});

test("a file is what its first line says", () => {
  const { records } = logOf(SMALL_LOG);
  const log = logOf(SMALL_LOG).text();
  const script = scriptOf(SMALL_LOG);
  const bodies = SMALL_LOG;
  const torn = { seq: 0, offset: 0, bytes: 20 };
  withPath((path) => {
    const read = (text: string) => {
      writeFileSync(path, text);
      return readLogOrScript(path);
    };
    expect(read(log)).toEqual({ type: "log", records, torn: null });
    expect(read(script)).toEqual({ type: "script", bodies });
    expect(readScript(path)).toEqual(bodies);
    expect(read(`# for people\n\n${script}\n`)).toEqual({ type: "script", bodies });
    expect(read("")).toEqual({ type: "script", bodies: [] });
    expect(read(log.slice(0, 20))).toEqual({ type: "log", records: [], torn });
    expect(() => read('{"v":3}\n')).toThrow(expect.objectContaining({ code: "log-version" }));
    expect(() => read('{"seq":3}\n')).toThrow(`${path}: line 1: kind is missing`);
  });
});

describe("a script leaves out", () => {
  test("numbers, and what a flush does not have", () => {
    const bodies = parseScript(
      [
        '{"execute":"blockdev-del","arguments":{"node-name":"cache"}}',
        '{"execute":"query-nothing"}',
        '{"kind":"io","through":"guest","operation":"flush"}',
        '{"kind":"io","through":"guest","operation":"read","offset":4,"length":5}',
      ].join("\n"),
    );
    expect(bodies).toEqual([
      { kind: "qmp", id: 0, execute: "blockdev-del", arguments: { "node-name": "cache" } },
      { kind: "qmp", id: 0, execute: "query-nothing", arguments: {} },
      { kind: "io", request: 0, through: "guest", operation: "flush", offset: 0, length: 0 },
      { kind: "io", request: 0, through: "guest", operation: "read", offset: 4, length: 5 },
    ]);
  });

  test("nothing else: a read says where", () => {
    expect(() => parseScript('{"kind":"io","through":"guest","operation":"read"}')).toThrow(
      /line 1: offset: /,
    );
  });
});
