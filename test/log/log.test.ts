/** The log as a whole: what was written is read, and nothing else is believed. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BlockgraphError } from "../../src/error.ts";
import { hasher } from "../../src/log/chain.ts";
import { linesOf } from "../../src/log/lines.ts";
import { type LogContents, parseLog, readLog } from "../../src/log/reader.ts";
import type { LogRecord } from "../../src/log/record.ts";
import { scanLines, scanLog } from "../../src/log/scan.ts";
import { memorySource } from "../../src/log/source.ts";
import { LogWriter } from "../../src/log/writer.ts";
import { bodiesArbitrary, logOf, SMALL_LOG, withPath } from "./arbitraries.ts";

const SMALL = Buffer.from(logOf(SMALL_LOG).text());
/** Byte offsets at which the lines of the small log begin, and its length. */
const BEGINS = [0, ...[...SMALL.entries()].filter(([, b]) => b === 10).map(([at]) => at + 1)];

/** Texts compare what toEqual would not: key order, and keys named `__proto__`. */
const asText = (records: readonly LogRecord[]) => records.map((record) => JSON.stringify(record));

test("what is written is read, from a file as from memory", () => {
  fc.assert(
    fc.property(bodiesArbitrary, fc.integer({ min: 1, max: 600 }), (bodies, bufferBytes) => {
      const memory = logOf(bodies);
      withPath((path) => {
        const writer = LogWriter.create(path, { fsync: "never", bufferBytes });
        const written = bodies.map((body) => writer.append(body));
        writer.close();
        expect(readFileSync(path, "utf8")).toBe(memory.text());
        const { records, torn } = readLog(path);
        expect(torn).toBeNull();
        expect(asText(records)).toEqual(asText(written));
        expect(asText([...scanLog(path)])).toEqual(asText(written));
        expect(asText(parseLog(memory.text()).records)).toEqual(asText(written));
        for (const [seq, { v: _v, seq: _seq, prev: _prev, ...body }] of records.entries()) {
          expect(JSON.stringify(body)).toBe(JSON.stringify(bodies[seq]));
        }
      });
    }),
  );
});

test("records are the same however the bytes are cut into chunks", () => {
  fc.assert(
    fc.property(bodiesArbitrary, fc.integer({ min: 1, max: 300 }), (bodies, chunkBytes) => {
      const log = logOf(bodies);
      const lines = linesOf(memorySource(log.text()), "log", chunkBytes);
      expect(asText([...scanLines(lines, "log")])).toEqual(asText(log.records));
    }),
  );
});

test("a log cut at any byte gives every whole record before the cut, and says what is torn", () => {
  for (let cut = 0; cut <= SMALL.length; cut++) {
    const { records, torn } = parseLog(SMALL.subarray(0, cut));
    // A record is whole once its last brace is there; its newline may be missing.
    const whole = BEGINS.filter((begin) => begin > 0 && begin - 1 <= cut).length;
    const begin = BEGINS[whole] ?? SMALL.length;
    expect(records).toEqual(logOf(SMALL_LOG).records.slice(0, whole));
    const isTorn = cut > begin;
    expect(torn).toEqual(isTorn ? { seq: whole, offset: begin, bytes: cut - begin } : null);
  }
});

/** The record that a byte of the small log belongs to, its newline included. */
const recordAt = (at: number) => BEGINS.filter((begin) => begin <= at).length - 1;

function outcome(bytes: Uint8Array): LogContents | BlockgraphError {
  try {
    return parseLog(bytes);
  } catch (error) {
    if (error instanceof BlockgraphError) return error;
    throw error;
  }
}

test("any byte changed to any other is found at its record or the next, but in the last", () => {
  const last = SMALL_LOG.length - 1;
  const originals = logOf(SMALL_LOG).records;
  for (let at = 0; at < SMALL.length; at++) {
    for (let change = 1; change < 256; change++) {
      const bytes = Buffer.from(SMALL);
      bytes[at] = (bytes[at] ?? 0) ^ change;
      const result = outcome(bytes);
      const record = recordAt(at);
      if (result instanceof BlockgraphError) {
        const found = Number(/^log: record (\d+) at byte/.exec(result.message)?.[1]);
        if (found !== record) expect([at, change, found]).toEqual([at, change, record + 1]);
        const isVersion = at - (BEGINS[record] ?? 0) === '{"v":'.length;
        if (result.code !== "log-broken")
          expect([result.code, isVersion]).toEqual(["log-version", true]);
      } else {
        // Only the last record can change unseen, or, if its newline is what changed, be torn.
        expect([at, change, record]).toEqual([at, change, last]);
        const kept = result.torn === null ? last + 1 : last;
        expect(result.records).toHaveLength(kept);
        expect(result.records.slice(0, last)).toEqual(originals.slice(0, last));
        if (result.torn !== null) expect(at).toBe(SMALL.length - 1);
      }
    }
  }
});

test("a record lost, repeated or swapped is found where the order breaks", () => {
  const lines = logOf(SMALL_LOG)
    .text()
    .split(/(?<=\n)/);
  const [a = "", b = "", c = ""] = lines;
  expect(() => parseLog(a + c)).toThrow("log: record 1 at byte 76: seq is 2, expected 1");
  expect(() => parseLog(a + a + b)).toThrow("record 1 at byte 76: seq is 0, expected 1");
  expect(() => parseLog(a + c + b)).toThrow("record 1 at byte 76: seq is 2, expected 1");
  expect(() => parseLog(b)).toThrow("record 0 at byte 0: seq is 1, expected 0");
  const [other = ""] = logOf([{ kind: "crash" }])
    .text()
    .split(/(?<=\n)/);
  expect(() => parseLog(other + b)).toThrow("record 1 at byte 57: prev is");
});

/** A log whose only line is this, with any whitespace and key order that the test wants. */
const only = (rest: string) => `{"v":1,"seq":0,"prev":"ef46db3751d8e999",${rest}}\n`;

test("the reader does not depend on how another program writes its JSON", () => {
  const first = '{ "kind": "crash", "seq": 0, "prev": "ef46db3751d8e999", "v": 1 }\r';
  const second = `{"v":1,"seq":1,"prev":"${hasher.digest(Buffer.from(first))}","kind":"crash"}`;
  const { records } = parseLog(`${first}\n${second}\n`);
  expect(records.map(({ seq, kind }) => [seq, kind])).toEqual([
    [0, "crash"],
    [1, "crash"],
  ]);
});

test("messages name the log, the record, the byte, what was expected and a remedy", () => {
  const text = logOf(SMALL_LOG.slice(0, 1)).text();
  expect(() => parseLog(`${text}{"v":1\n`, "run.jsonl")).toThrow(
    new BlockgraphError(
      "log-broken",
      "run.jsonl: record 1 at byte 76: the line is not JSON in UTF-8; restore the log from an " +
        "undamaged copy, or keep the 1 records before it: head -c 76",
    ),
  );
  const version = only('"kind":"crash"').replace('"v":1', '"v":2');
  expect(() => parseLog(version, "run.jsonl")).toThrow(
    new BlockgraphError(
      "log-version",
      "run.jsonl: record 0 at byte 0 has format version 2, expected 1; " +
        "read it with the version of blockgraph that wrote it",
    ),
  );
});

test.each([
  [only('"kind":"crash","more":1'), "kind crash: Unrecognized key"],
  [only('"kind":"crash","__proto__":1'), "kind crash: Unrecognized key"],
  [only('"kind":"step","agent":-1,"event":"DONE"'), "agent: Too small"],
  [only('"kind":"step","agent":1.5,"event":"DONE"'), "agent: Invalid input: expected int"],
  [only('"kind":"step","agent":1'), "event: Invalid option"],
  [only('"kind":"wish"'), 'kind is "wish", expected one of start, qmp, return, error, io, done'],
  [only('"text":""'), "kind is missing, expected one of start"],
  ['{"v":1,"seq":0,"prev":"00","kind":"crash"}\n', 'prev is "00", expected ef46db3751d8e999'],
  ['{"v":1,"seq":0,"kind":"crash"}\n', "prev is missing, expected ef46db3751d8e999"],
  ['{"v":1,"prev":"ef46db3751d8e999","kind":"crash"}\n', "seq is missing, expected 0"],
  ['{"seq":0,"prev":"ef46db3751d8e999","kind":"crash"}\n', "v is missing, expected 1"],
  ["[]\n", "the line is not a JSON object"],
  ["null\n", "the line is not a JSON object"],
  ["5", "the line is not a JSON object"],
  ["\n", "the line is not JSON in UTF-8"],
])("%s is a broken log", (text, reason) => {
  expect(() => parseLog(text)).toThrow(`log: record 0 at byte 0: ${reason}`);
  expect(() => parseLog(text)).toThrow(expect.objectContaining({ code: "log-broken" }));
});

test("bytes that are not UTF-8 are found even where the text would parse", () => {
  const bytes = Buffer.from(only('"kind":"note","text":"?"'));
  bytes[bytes.indexOf("?")] = 0xff;
  expect(() => parseLog(bytes)).toThrow("record 0 at byte 0: the line is not JSON in UTF-8");
});

test("a whole record without newline that does not fit is an error, not a torn line", () => {
  const text = logOf(SMALL_LOG.slice(0, 1)).text();
  expect(() => parseLog(text + text.trimEnd())).toThrow("seq is 0, expected 1");
  expect(() => parseLog(text.trimEnd().replace('"v":1', '"v":9'))).toThrow("format version 9");
});

test("leaving a scan early, or an error in it, closes the file", () => {
  const open = () => readdirSync("/proc/self/fd").length;
  withPath((path) => {
    writeFileSync(path, `${logOf(SMALL_LOG).text()}broken\n`);
    const before = open();
    for (const { seq } of scanLog(path)) {
      expect(open()).toBe(before + 1);
      if (seq === 1) break;
    }
    expect(open()).toBe(before);
    expect(() => readLog(path)).toThrow("record 5");
    expect(open()).toBe(before);
  });
});

test("a file that cannot be read is named", () => {
  withPath((path) => {
    expect(() => readLog(path)).toThrow(
      `${path} cannot be read: no such file or directory (ENOENT); check the spelling of the path`,
    );
    writeFileSync(path, "");
    expect(readLog(path)).toEqual({ records: [], torn: null });
  });
});
