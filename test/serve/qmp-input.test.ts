/**
 * Whatever a client of the QMP server sends, the daemon neither throws nor stands still: each
 * command gets one answer, in order, with its id, and other clients are answered as before.
 *
 * QMP_CASES=200000 makes it a long run.
 */
import fs from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { COMMANDS } from "../../src/graph/commands.ts";
import { IMAGES, InProcessDaemon } from "../support/in-process-daemon.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const CASES = Number(process.env.QMP_CASES ?? "300");
/** cases that one daemon hears, so that what they leave in its graph does not pile up */
const OF_A_DAEMON = 200;
/** ms; a command that is not answered then stands still */
const PATIENCE = 20_000;

const NAMES = [
  "a",
  "b",
  "c",
  "j",
  "k",
  "e",
  "bits",
  "",
  "#block001",
  "a.raw",
  "nowhere",
  "nbd.sock",
];
const words = fc.constantFrom(
  ...NAMES,
  ...["raw", "file", "qcow2", "null-co", "throttle", "copy-before-write", "snapshot-access"],
  ...["full", "top", "none", "bitmap", "always", "nbd", "unix", "tcp", "stop", "report", "hard"],
  // What NBD cannot say, and no bitmap can be called.
  ...["n".repeat(4097), "a\0b"],
  ...["write-blocking", "background", "throttle-group", "tls-creds-x509", "abort", "blkdebug"],
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: words, weight: 8 },
  { arbitrary: fc.boolean(), weight: 2 },
  fc.constantFrom(0, -1, 1, 512, 65_536, 2 ** 31, 2 ** 53, -(2 ** 63), 1.5, 1e300, null),
  fc.string({ maxLength: 20, unit: "binary" }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Names of what commands take, wherever. */
const KEYS = [
  ...new Set(
    [...COMMANDS.values()].flatMap(({ schema }) =>
      schema instanceof z.ZodObject ? Object.keys(schema.shape) : [],
    ),
  ),
  ...["driver", "filename", "backing", "target", "addr", "data", "path", "actions", "properties"],
];
const definition = fc.record({
  driver: fc.constantFrom("raw", "qcow2", "copy-before-write", "throttle", "blkdebug"),
  "node-name": words,
  file: fc.oneof(words, fc.record({ driver: fc.constant("file"), filename: words })),
});
const args = fc.oneof(
  fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 6 }),
  fc.dictionary(fc.string({ maxLength: 8 }), value, { maxKeys: 2 }),
  definition,
  value,
);
const OWN = ["query-version", "query-commands", "query-block-exports", "quit", "nonsense"];
/** What makes files would make them anywhere. */
const KNOWN = [...COMMANDS.keys()].filter((name) => name !== "blockdev-snapshot-sync");
const named = fc.constantFrom(...KNOWN, ...OWN, "qmp_capabilities");

/** A command that the daemon may well accept: there are nodes, jobs and exports then. */
const sensible = fc.oneof(
  ...IMAGES.map((filename) =>
    fc.constant({
      execute: "blockdev-add",
      arguments: {
        ...{ driver: "raw", "node-name": filename.slice(0, 1) },
        file: { driver: "file", filename },
      },
    }),
  ),
  fc.record({
    execute: fc.constantFrom("blockdev-mirror", "blockdev-backup"),
    arguments: fc.record({
      ...{ "job-id": fc.constantFrom("j", "k"), device: fc.constantFrom("a", "b") },
      ...{ target: fc.constantFrom("b", "c"), sync: fc.constantFrom("full", "top", "none") },
      "auto-finalize": fc.boolean(),
    }),
  }),
  fc.record({
    execute: fc.constantFrom(
      ...["pause", "resume", "complete", "cancel"].map((verb) => `block-job-${verb}`),
    ),
    arguments: fc.record({ device: fc.constantFrom("j", "k") }),
  }),
  fc.record({
    execute: fc.constantFrom("job-finalize", "job-dismiss", "job-cancel"),
    arguments: fc.record({ id: fc.constantFrom("j", "k") }),
  }),
  fc.record({
    execute: fc.constant("blockdev-del"),
    arguments: fc.record({ "node-name": fc.constantFrom("a", "b", "c") }),
  }),
);
const ids = fc.jsonValue({ maxDepth: 2 });
const command = fc.oneof(
  { arbitrary: sensible, weight: 2 },
  { arbitrary: fc.record({ execute: named, arguments: args }), weight: 5 },
  fc.record({ execute: named }),
  fc.dictionary(fc.constantFrom("execute", "arguments", "exec-oob", "extra"), value),
);
const identified = fc.tuple(command, ids).map(([each, id]) => ({ ...each, id }));

const nonsense = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('{"execute": "query-version"', '{"a": "b', "nul", "'", "%s", '{"a": "\\ud800"}')
    .map((text) => Buffer.from(text)),
  fc
    .tuple(fc.constantFrom("[", "{", '{"a":', "]", '"', "\\"), fc.integer({ min: 1, max: 3000 }))
    .map(([text, count]) => Buffer.from(text.repeat(count))),
  fc.tuple(command, fc.nat(), fc.nat(255)).map(([each, at, byte]) => {
    const bytes = Buffer.from(JSON.stringify(each));
    bytes[at % bytes.length] = byte;
    return bytes;
  }),
);

/** A stream of bytes in pieces. */
function pieces(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const all: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    all.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...all, bytes.subarray(at)];
}

async function soon(done: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("a command is not answered")), PATIENCE);
  });
  await Promise.race([done, late]).finally(() => clearTimeout(timer));
}

/** Runs cases, each of which a daemon hears that has heard others before. */
async function hears<T>(
  cases: fc.Arbitrary<T>,
  judge: (daemon: InProcessDaemon, each: T) => Promise<void>,
): Promise<void> {
  for (let first = 0; first < CASES; first += OF_A_DAEMON) {
    await inTemporaryFolder(async (folder) => {
      for (const name of IMAGES)
        fs.writeFileSync(join(folder, name), Buffer.alloc(256 * 1024, name));
      const daemon = new InProcessDaemon(folder);
      const { connection, heard, leave } = daemon.connect();
      connection.receive(Buffer.from('{"execute": "qmp_capabilities"}'));
      const property = fc.asyncProperty(cases, async (each) => {
        await judge(daemon, each);
        heard.length = 0;
        connection.receive(Buffer.from('{"execute": "query-version", "id": "other"}'));
        await soon(connection.answered);
        expect(heard.filter(({ event }) => event === undefined)).toEqual([
          { return: {}, id: "other" },
        ]);
        expect(daemon.crashes).toEqual([]);
      });
      try {
        const numRuns = Math.min(OF_A_DAEMON, CASES - first);
        await fc.assert(property, { numRuns, endOnFailure: true });
      } finally {
        leave();
        await daemon.close();
      }
    });
  }
}

describe("whatever a client sends", { timeout: CASES * 1000 }, () => {
  test("each command is answered once, in order, with its id", async () => {
    const cases = fc.tuple(
      fc.boolean(),
      fc.array(identified, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }),
    );
    await hears(cases, async (daemon, [negotiates, commands, lengths]) => {
      const { connection, heard, leave } = daemon.connect();
      const first = negotiates ? [{ execute: "qmp_capabilities", id: 0 }] : [];
      const all = [...first, ...commands];
      const text = all.map((each) => JSON.stringify(each)).join("");
      for (const piece of pieces(Buffer.from(text), lengths)) connection.receive(piece);
      await soon(connection.answered);
      leave();
      const answers = heard.filter(({ event, QMP }) => event === undefined && QMP === undefined);
      const wanted = all.map(({ id }) => JSON.parse(JSON.stringify(id)));
      expect(answers.map(({ id }) => id)).toEqual(wanted);
      for (const answer of answers) expect("return" in answer || "error" in answer).toBe(true);
    });
  });

  test("nonsense is answered with errors, and does not keep others from being heard", async () => {
    const cases = fc.tuple(
      fc.array(
        fc.oneof(
          nonsense,
          identified.map((each) => Buffer.from(JSON.stringify(each))),
        ),
        {
          minLength: 1,
          maxLength: 8,
        },
      ),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }),
    );
    await hears(cases, async (daemon, [parts, lengths]) => {
      const { connection, heard, leave } = daemon.connect();
      for (const piece of pieces(Buffer.concat(parts), lengths)) connection.receive(piece);
      await soon(connection.answered);
      leave();
      const answers = heard.filter(({ event, QMP }) => event === undefined && QMP === undefined);
      for (const answer of answers) expect("return" in answer || "error" in answer).toBe(true);
    });
  });
});
