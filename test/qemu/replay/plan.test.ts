/**
 * What is asked of a QEMU, in which order, and what must come of it.
 */
import { describe, expect, test } from "vitest";
import { DRIVERS } from "../../../src/drivers/registry.ts";
import type { JsonObject } from "../../../src/graph/graph.ts";
import { profile } from "../../../src/graph/profile.ts";
import { MemoryLog } from "../../../src/log/memory-log.ts";
import type { LogBody } from "../../../src/log/record.ts";
import { qcow2Images } from "../../../src/qemu/replay/image-formats.ts";
import { planReplay } from "../../../src/qemu/replay/plan.ts";
import { wantedResults } from "../../../src/qemu/replay/wanted.ts";
import { qmp } from "../../../src/system/model.ts";

const context = { drivers: DRIVERS, profile: profile("qemu-7.2") };

function planOf(...bodies: readonly LogBody[]) {
  const log = new MemoryLog();
  for (const body of bodies) log.append(body);
  return planReplay(log.records, context);
}

const read = (request: number): LogBody => ({
  ...{ kind: "io", request, through: "guest", operation: "read", offset: 0, length: 512 },
});
const done = (request: number, digit: string) =>
  ({ kind: "done", request, errno: null, digest: digit.repeat(16) }) as const;

test("requests stand where they ended, and know with whom they were in flight", () => {
  const plan = planOf(read(0), read(1), done(1, "1"), read(2), done(0, "0"), done(2, "2"), read(3));
  const requests = plan.steps.map((step) =>
    step.kind === "request" ? [step.done.request, [...step.beside].sort()] : [],
  );
  expect(requests).toEqual([
    [1, [0]],
    [0, [1, 2]],
    [2, [0]],
  ]);
  expect(plan.unfinished).toBe(1);
});

test("a result that needs the overlap is wanted as it is without", () => {
  const plan = planOf(read(0), read(1), done(1, "1"), done(0, "0"));
  const wanted = wantedResults(plan, [done(0, "1"), done(1, "a")]);
  expect(wanted.get(1)).toMatchObject({ asLogged: true, done: { digest: "1".repeat(16) } });
  expect(wanted.get(0)).toMatchObject({ asLogged: false, done: { digest: "a".repeat(16) } });
});

test("without an overlap, what the log says is wanted", () => {
  const plan = planOf(read(0), done(0, "0"));
  const wanted = wantedResults(plan, [done(0, "a")]);
  expect(wanted.get(0)).toMatchObject({ asLogged: true, done: { digest: "0".repeat(16) } });
});

test("a command stands where it is answered, and knows its answer", () => {
  const { execute, arguments: given } = qmp("blockdev-add", { driver: "null-co" });
  const sent = (id: number): LogBody => ({ kind: "qmp", id, execute, arguments: given });
  const refusal = { kind: "error", id: 0, class: "GenericError", desc: "no" } as const;
  expect(planOf(sent(0), refusal, sent(1)).steps).toMatchObject([{ refusal: "no", seq: 1 }]);
  const accepted: LogBody = { kind: "return", id: 0, return: {} };
  const { steps } = planOf(read(0), sent(0), read(1), accepted, done(0, "0"), done(1, "1"));
  expect(steps).toMatchObject([
    { kind: "command", seq: 3, refusal: null, predicts: null },
    { kind: "request", done: { request: 0 }, across: 1 },
    { kind: "request", done: { request: 1 }, across: 1 },
  ]);
});

describe("a plan ends where QEMU does", () => {
  const sent = (id: number, execute: string, given: JsonObject): LogBody[] => [
    { kind: "qmp", id, execute, arguments: given },
    { kind: "return", id, return: {} },
  ];
  const node = (name: string, driver: string) => ({ driver, "node-name": name });

  test("by an assertion", () => {
    const log = [...sent(0, "blockdev-reopen", { options: [] }), read(0), done(0, "0")];
    expect(planOf(...log).steps).toMatchObject([{ kind: "command", predicts: "aborted" }]);
  });

  test("by touching a node that it reopened and closed (F16)", () => {
    const [top, inline] = [node("top", "raw"), node("inline", "null-co")];
    const { steps } = planOf(
      ...sent(0, "blockdev-add", node("other", "null-co")),
      ...sent(1, "blockdev-add", { ...top, file: inline }),
      ...sent(2, "blockdev-reopen", { options: [inline, { ...top, file: "other" }] }),
      ...sent(3, "blockdev-del", { "node-name": "top" }),
    );
    const predicted = steps.map((step) => step.kind === "command" && step.predicts);
    expect(predicted).toEqual([null, null, "crashed"]);
  });
});

test("an image is qcow2 if a node of that format stands over its file, however it is named", () => {
  const file = (filename: string) => ({ driver: "file", filename });
  const commands = [
    qmp("blockdev-add", { driver: "raw", file: file("disk.raw") }),
    qmp("blockdev-add", { driver: "qcow2", file: file("inline.qcow2") }),
    qmp("blockdev-add", { "node-name": "f", ...file("named") }),
    qmp("blockdev-add", { driver: "copy-before-write", target: { driver: "qcow2", file: "f" } }),
    qmp("blockdev-add", { driver: "qcow2", file: { driver: "preallocate", file: file("deep") } }),
    qmp("blockdev-add", { "node-name": "loop", driver: "qcow2", file: "loop" }),
  ];
  expect([...qcow2Images(commands)].sort()).toEqual(["deep", "inline.qcow2", "named"]);
});
