/**
 * Logs on a real QEMU: a counterexample shows the same wrong bytes there, what holds agrees to the
 * byte, and a log that says something else is found out.
 */
import { join } from "node:path";
import { expect } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import type { LogBody } from "../../src/log/record.ts";
import { type ReplaySummary, replaySummarySchema } from "../../src/report/replay-summary.ts";
import type { Schedule } from "../../src/system/schedule.ts";
import type { Operation } from "../../src/vocabulary.ts";
import { blockgraph, scratchFolder } from "../cli/blockgraph.ts";
import {
  CLUSTER,
  io,
  setUp,
  snapshotOfHook,
  start,
  startWithOverlay,
} from "../support/fleecing-graph.ts";
import { changeLog, writeLog } from "../support/log-file.ts";
import { type MachineBinary, machines } from "../support/machines.ts";
import { simulateScript } from "../support/script.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { describe, test } = needsTool("qemu-img", "qemu-system-x86_64");

const MACHINES = machines();

async function replay(
  path: string,
  { version, binary }: MachineBinary,
  ...words: readonly string[]
) {
  const on = ["--on", "qemu", "--qemu", version, "--binary", binary, "--json"];
  const { code, stdout, stderr } = await blockgraph(["replay", path, ...on, ...words]);
  if (stdout === "") throw new Error(stderr);
  const summary = replaySummarySchema.parse(JSON.parse(stdout));
  if (summary.qemu === undefined) throw new Error("the summary says nothing of QEMU");
  return { code, stderr, summary, qemu: summary.qemu };
}

/** Checks a model that is violated. @returns the log of its trace */
async function traceOf(model: string): Promise<string> {
  const cwd = scratchFolder();
  expect((await blockgraph(["check", model], { cwd })).code).toBe(1);
  return join(cwd, "reports", model, "trace.jsonl");
}

/** Runs a model with random requests. @returns its log */
async function runOf(model: string, seed: number): Promise<string> {
  const folder = scratchFolder();
  const path = join(folder, "run.jsonl");
  const requests = ["--requests", "24", "--depth", "1", "--seed", String(seed)];
  const words = ["run", model, "--dir", folder, "--log", path, "--order", "seeded", ...requests];
  expect((await blockgraph(words)).code).toBe(0);
  return path;
}

/** Each request runs to its end before the next. */
const inTurn: Schedule = { name: "in turn", pick: (count) => Math.min(1, count - 1) };

/** A log of a script under the rules of 7.2, which both QEMUs follow in what it does. */
function logOf(script: readonly LogBody[], begin = start("qemu-7.2")): string {
  const { log } = simulateScript(begin, [...setUp(), ...script], inTurn);
  return writeLog(
    scratchFolder(),
    log.records.map(({ v: _v, seq: _seq, prev: _prev, ...body }): LogBody => body),
  );
}

const requestOf = (through: string, operation: Operation, offset: number, length: number) =>
  ({ kind: "io", request: 0, through, operation, offset, length }) as const;

const command = (execute: string, given: JsonObject): LogBody => ({
  ...{ kind: "qmp", id: 0, execute, arguments: given },
});

const nbd = { type: "nbd", writable: false };

/** One after the other: everything that a guest and a reader can ask for. */
const sequential: readonly LogBody[] = [
  io("guest", "write", 1, 0xaa),
  requestOf("guest", "read", 0, 4 * CLUSTER),
  io("reader0", "read", 1),
  { ...requestOf("guest", "write", 2 * CLUSTER + 700, 1000), data: { byte: 0xbb } },
  io("guest", "write-zeroes", 0),
  io("reader1", "read", 2),
  requestOf("guest", "flush", 0, 0),
  io("reader1", "write", 3, 0xcc),
  io("reader0", "discard", 1),
  io("reader0", "read", 1),
  io("reader1", "read", 0),
  command("block-export-add", { ...nbd, id: "looker", name: "looks", "node-name": "view" }),
  io("looker", "read", 0),
  io("looker", "write", 3, 0xdd),
];
const requests = sequential.filter(({ kind }) => kind === "io").length;

const ended = ({ identical, difference }: ReplaySummary) => ({ identical, difference });
const same = { identical: true, difference: null };

test("there is a QEMU of a version whose rules there are", () => {
  const others = "the QEMU installed is neither 7.2 nor 10.0: nothing was replayed on it";
  if (MACHINES.length > 0) return;
  expect(process.env.CI, others).not.toBe("true");
  console.warn(`SKIPPED: ${others}`);
});

for (const machine of MACHINES) {
  describe(`QEMU ${machine.version}`, () => {
    test("shows the wrong byte of R02", async () => {
      const { code, summary, qemu } = await replay(
        await traceOf("two-backups-move-the-view"),
        machine,
      );
      expect(ended(summary)).toEqual(same);
      expect(qemu).toMatchObject({ sameWrongBytes: true, commands: 9, images: 3, unasked: 0 });
      const property = "view-equals-point-in-time";
      const wrong = { at: 0, expected: 0xcc, logged: 0x22, seen: 0x22, error: null, same: true };
      expect(qemu.wrong).toMatchObject([{ property, request: 1, ...wrong }]);
      expect(qemu.version.startsWith(`${machine.version}.`)).toBe(true);
      expect(qemu.rules).toBe("7.2");
      expect(code).toBe(0);
    });

    test("takes the view away as in R03", async () => {
      const { code, summary, qemu } = await replay(
        await traceOf("snapshot-moves-the-view"),
        machine,
      );
      expect(ended(summary)).toEqual(same);
      expect(qemu).toMatchObject({ sameWrongBytes: true });
      const property = "view-is-served";
      const wrong = { at: null, seen: null, error: "Operation not supported", same: true };
      expect(qemu.wrong).toMatchObject([{ property, request: 1, ...wrong }]);
      expect(code).toBe(0);
    });

    test("lets a guest past a hook that it is not on (M7)", async () => {
      const { summary, qemu } = await replay(await traceOf("unused-hook-guards-nothing"), machine);
      expect(ended(summary)).toEqual(same);
      expect(qemu.sameWrongBytes).toBe(true);
    });

    test("reads copied clusters from the disk where others follow (H03), in 7.2", async () => {
      const both = requestOf("reader0", "read", 0, 2 * CLUSTER);
      const log = logOf([io("guest", "write", 0, 0xaa), io("reader1", "read", 0), both]);
      const { summary, qemu } = await replay(log, machine);
      const wrong = { request: 2, at: 0, expected: 0x11, logged: 0xaa };
      const old = machine.version === "7.2";
      expect(summary.identical).toBe(old);
      expect(qemu.sameWrongBytes).toBe(old);
      expect(qemu.wrong).toMatchObject([{ ...wrong, seen: old ? 0xaa : 0x11, same: old }]);
    });

    test("is not said to show what needs an overlap (M3)", async () => {
      const { code, summary, qemu } = await replay(
        await traceOf("backing-connected-later"),
        machine,
      );
      expect(ended(summary)).toEqual({ identical: false, difference: null });
      expect(qemu).toMatchObject({ sameWrongBytes: false, overlapping: 2, unreproduced: 1 });
      expect(qemu.wrong).toMatchObject([{ expected: 0, seen: 0, same: false }]);
      expect(code).toBe(3);
    });

    for (const model of ["first-picture-today", "one-big-json", "insert-by-reopen"]) {
      test(`agrees with runs of ${model}`, async () => {
        const { code, summary, qemu } = await replay(await runOf(model, 2), machine);
        expect(ended(summary)).toEqual(same);
        expect(qemu.overlapping).toBeGreaterThan(0);
        expect(summary.digests).toBeGreaterThan(0);
        expect(code).toBe(0);
      });
    }

    test("agrees with a log of single requests, also where they fail", async () => {
      const { code, summary, qemu } = await replay(logOf(sequential), machine);
      expect(ended(summary)).toEqual(same);
      expect(qemu).toMatchObject({ overlapping: 0, unasked: 0, images: 2, sameWrongBytes: null });
      expect(summary).toMatchObject({ requests, digests: 5 });
      expect(code).toBe(0);
    });

    test("takes a discard for a hint where nobody can do it", async () => {
      const script = [...snapshotOfHook, io("reader0", "discard", 0), io("reader0", "read", 0)];
      const log = logOf(script, startWithOverlay("qemu-7.2"));
      expect((await replay(log, machine)).summary).toMatchObject({ ...same, requests: 2 });
    });

    test("agrees where disks come and go, of both kinds", async () => {
      const disk = (id: string, driver: string): LogBody[] => [
        command("blockdev-add", { driver: "null-co", "node-name": id, size: CLUSTER }),
        command("device_add", { driver, id, drive: id }),
      ];
      const comings = Array.from({ length: 10 }, (_, index) => [
        ...disk(`pci${index}`, "virtio-blk-pci"),
        requestOf(`pci${index}`, "flush", 0, 0),
        command("device_del", { id: `pci${index}` }),
      ]);
      const scsi = [...disk("scsi", "scsi-hd"), requestOf("scsi", "write-zeroes", 0, CLUSTER)];
      const script = [...comings.flat(), ...scsi, command("device_del", { id: "scsi" })];
      const { code, summary } = await replay(logOf(script), machine);
      expect(ended(summary)).toEqual(same);
      expect(code).toBe(0);
    });

    test("goes as far as it is told to", async () => {
      const trace = await traceOf("two-backups-move-the-view");
      const { code, summary, qemu } = await replay(trace, machine, "--at", "24");
      expect(summary).toMatchObject({ ...same, records: 25, requests: 1, violations: [] });
      expect(qemu).toMatchObject({ sameWrongBytes: null, commands: 9, images: 3 });
      expect(code).toBe(0);
    });

    test("disagrees with a digest that is another", async () => {
      let digest = "";
      const path = changeLog(logOf(sequential), scratchFolder(), (body) => {
        if (body.kind !== "done" || body.request !== 2) return body;
        digest = body.digest ?? "";
        return { ...body, digest: "0123456789abcdef" };
      });
      const { code, summary } = await replay(path, machine);
      expect(summary.difference).toMatch(
        /of 65536 bytes at 65536 through 'reader0' returned 0123456789abcdef in the log, and/,
      );
      expect(summary.difference).toContain(`returned ${digest} in QEMU`);
      expect(code).toBe(1);
    });

    test("disagrees with an error that is another, and with one that is none", async () => {
      const denied = changeLog(logOf(sequential), scratchFolder(), (body) =>
        body.kind === "done" && body.request === 7 ? { ...body, errno: "EIO" } : body,
      );
      expect((await replay(denied, machine)).summary.difference).toMatch(
        /failed \(Input\/output error\) in the log, and failed \(Operation not supported\) in QEMU/,
      );
      const lucky = changeLog(logOf(sequential), scratchFolder(), (body) =>
        body.kind === "done" && body.request === 7 ? { ...body, errno: null } : body,
      );
      expect((await replay(lucky, machine)).summary.difference).toMatch(
        /succeeded in the log, and failed \(Operation not supported\) in QEMU/,
      );
    });

    test("disagrees with what a guest is said to have written", async () => {
      const path = changeLog(logOf(sequential), scratchFolder(), (body) =>
        body.kind === "io" && body.request === 0 ? { ...body, data: { byte: 0xab } } : body,
      );
      const { code, summary } = await replay(path, machine);
      expect(summary.difference).toContain("read of 262144 bytes at 0 through 'guest' returned");
      expect(code).toBe(1);
    });

    test("disagrees with a refusal that is worded otherwise, and with an acceptance", async () => {
      const script: LogBody[] = [
        { kind: "qmp", id: 0, execute: "blockdev-del", arguments: { "node-name": "disk" } },
      ];
      const refused = logOf(script);
      expect((await replay(refused, machine)).summary).toMatchObject(same);
      const worded = changeLog(refused, scratchFolder(), (body) =>
        body.kind === "error" ? { ...body, desc: "disk is used" } : body,
      );
      expect((await replay(worded, machine)).summary.difference).toMatch(
        /was refused \(disk is used\) in the log, and is refused \(Block device disk is in/,
      );
      const accepted = changeLog(refused, scratchFolder(), (body) =>
        body.kind === "error" ? { kind: "return", id: body.id, return: {} } : body,
      );
      expect((await replay(accepted, machine)).summary.difference).toMatch(
        /was accepted in the log, and is refused \(Block device disk is in use\) by QEMU/,
      );
    });

    test("aborts where the rules of 7.2 say so, and only in 7.2", async () => {
      const { code, summary, qemu } = await replay(await runOf("remove-by-reopen", 1), machine);
      if (machine.version === "7.2") {
        expect(ended(summary)).toEqual(same);
        expect(qemu.end).toBe(summary.records - 1);
        expect(code).toBe(0);
      } else {
        expect(summary.difference).toMatch(/reopen must make QEMU abort, and was accepted/);
        expect(code).toBe(1);
      }
    });

    test("crashes where what is reopened is closed by it, in both versions (F16)", async () => {
      const node = (name: string, driver: string) => ({ driver, "node-name": name });
      const top = node("top", "raw");
      const inline = node("inline", "null-co");
      const log = logOf([
        command("blockdev-add", node("other", "null-co")),
        command("blockdev-add", { ...top, file: inline }),
        command("blockdev-reopen", { options: [inline, { ...top, file: "other" }] }),
        io("guest", "read", 0),
      ]);
      const { code, summary, qemu } = await replay(log, machine);
      expect(ended(summary)).toEqual(same);
      expect(qemu).toMatchObject({ end: summary.records - 1, commands: setUp().length + 3 });
      expect(summary.requests).toBe(0);
      expect(code).toBe(0);
    });
  });
}
