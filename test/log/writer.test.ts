/** The writer: what reaches the file and when, what is refused, and how a log is continued. */
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readLog } from "../../src/log/reader.ts";
import type { LogBody } from "../../src/log/record.ts";
import { LogWriter } from "../../src/log/writer.ts";
import { bodiesArbitrary, logOf, SMALL_LOG, withPath } from "./arbitraries.ts";

const CRASH: LogBody = { kind: "crash" };
const STEP: LogBody = { kind: "step", agent: 0, event: "DONE" };

function writeLog(path: string, bodies: readonly LogBody[]): void {
  const writer = LogWriter.create(path, { fsync: "never" });
  for (const body of bodies) writer.append(body);
  writer.close();
}

test("a log that is there is refused, and kept", () => {
  withPath((path) => {
    writeLog(path, SMALL_LOG);
    const before = readFileSync(path);
    expect(() => LogWriter.create(path, { fsync: "close" })).toThrow(
      `${path} cannot be created: it exists already (EEXIST); ` +
        "choose another name, or ask for it to be overwritten",
    );
    expect(readFileSync(path)).toEqual(before);
  });
});

test("a log that is there is overwritten on demand", () => {
  withPath((path) => {
    writeLog(path, SMALL_LOG);
    const writer = LogWriter.create(path, { fsync: "close", overwrite: true });
    writer.append(CRASH);
    writer.close();
    expect(readFileSync(path, "utf8")).toBe(logOf([CRASH]).text());
  });
});

test("records wait for a flush, a close or a full buffer", () => {
  withPath((path) => {
    const size = () => statSync(path).size;
    const writer = LogWriter.create(path, { fsync: "close", bufferBytes: 400 });
    writer.append(STEP);
    expect(size()).toBe(0);
    writer.flush();
    const one = size();
    expect(one).toBe(logOf([STEP]).text().length);
    for (let count = 0; count < 6; count++) writer.append(STEP);
    expect(size()).toBeGreaterThan(one);
    expect(size()).toBeLessThan(7 * one);
    writer.close();
    writer.close();
    expect(readLog(path).records).toHaveLength(7);
  });
});

test("with fsync every, each record is in the file when append returns", () => {
  withPath((path) => {
    const writer = LogWriter.create(path, { fsync: "every" });
    for (let count = 1; count <= 3; count++) {
      writer.append(STEP);
      expect(readLog(path).records).toHaveLength(count);
    }
    writer.close();
  });
});

test("a record larger than the buffer is written whole, and in its place", () => {
  const bodies: LogBody[] = [STEP, { kind: "note", text: "é".repeat(5000) }, STEP, STEP];
  withPath((path) => {
    const writer = LogWriter.create(path, { fsync: "never", bufferBytes: 256 });
    for (const body of bodies) writer.append(body);
    writer.close();
    expect(readFileSync(path, "utf8")).toBe(logOf(bodies).text());
  });
});

test("a body that could not be read again is refused, and the log goes on without it", () => {
  withPath((path) => {
    const writer = LogWriter.create(path, { fsync: "never" });
    writer.append(CRASH);
    expect(() => writer.append({ ...STEP, agent: Number.NaN })).toThrow(
      `${path}: record 1 was not written, it could not be read again: agent: `,
    );
    expect(() => writer.append({ ...STEP, agent: -1 })).toThrow(
      expect.objectContaining({ code: "log-broken" }),
    );
    writer.append(CRASH);
    writer.close();
    expect(readFileSync(path, "utf8")).toBe(logOf([CRASH, CRASH]).text());
  });
});

test("a closed writer says so", () => {
  withPath((path) => {
    const writer = LogWriter.create(path, { fsync: "never" });
    writer.close();
    expect(() => writer.append(CRASH)).toThrow(`${path} is closed; resume it to append to it`);
  });
});

test("a full disk is named, what waits stays, and the file is closed all the same", () => {
  const writer = LogWriter.create("/dev/full", { fsync: "never", overwrite: true });
  writer.append(CRASH);
  const full =
    "/dev/full cannot be written: no space left on the device (ENOSPC); free some and try again";
  expect(() => writer.flush()).toThrow(full);
  expect(() => writer.flush()).toThrow(full);
  expect(() => writer.close()).toThrow(full);
  expect(() => writer.append(CRASH)).toThrow("/dev/full is closed");
});

test("a log cut anywhere is resumed, and ends as if it had never been cut", () => {
  fc.assert(
    fc.property(
      bodiesArbitrary,
      fc.nat(),
      fc.constantFrom("never", "close"),
      (bodies, at, fsync) => {
        const text = Buffer.from(logOf(bodies).text());
        const cut = at % (text.length + 1);
        withPath((path) => {
          writeFileSync(path, text.subarray(0, cut));
          const { records, torn } = readLog(path);
          const writer = LogWriter.resume(path, { fsync });
          expect(writer.torn).toEqual(torn);
          for (const body of bodies.slice(records.length)) writer.append(body);
          writer.close();
          expect(readFileSync(path)).toEqual(text);
        });
      },
    ),
    { numRuns: 200 },
  );
});

test("resuming and closing at once leaves whole records, each with its newline", () => {
  withPath((path) => {
    writeLog(path, SMALL_LOG);
    const whole = readFileSync(path, "utf8");
    appendFileSync(path, '{"v":1,"se');
    LogWriter.resume(path, { fsync: "close" }).close();
    expect(readFileSync(path, "utf8")).toBe(whole);
    writeFileSync(path, whole.trimEnd());
    LogWriter.resume(path, { fsync: "close" }).close();
    expect(readFileSync(path, "utf8")).toBe(whole);
  });
});

test("a broken log is not resumed, nor changed", () => {
  withPath((path) => {
    writeFileSync(path, `${logOf(SMALL_LOG).text()}{}\n{"to`);
    const before = readFileSync(path);
    expect(() => LogWriter.resume(path, { fsync: "never" })).toThrow(`${path}: record 5 at byte`);
    expect(readFileSync(path)).toEqual(before);
  });
});

test("a log that is not there is not resumed, nor made", () => {
  withPath((path) => {
    expect(() => LogWriter.resume(path, { fsync: "never" })).toThrow("no such file or directory");
    expect(existsSync(path)).toBe(false);
  });
});
