/**
 * A command while requests are in flight: what it waits for, what is queued, and what enters where
 * afterwards.
 */
import { beforeEach, expect, test } from "vitest";
import { guestOnDisk, startFleecing } from "../../models/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { MemoryStorage } from "../../src/storage/memory.ts";
import { enabledChoices } from "../../src/system/choice.ts";
import { DONE } from "../../src/system/frame.ts";
import { qmp } from "../../src/system/model.ts";
import { failure, Session } from "../../src/system/session.ts";
import { thrownBy } from "../support/refusal.ts";

const CLUSTER = 65536;
const write = {
  through: "guest",
  operation: "write",
  offset: 0,
  length: CLUSTER,
  data: { byte: 7 },
} as const;
const read = { through: "reader", operation: "read", offset: 0, length: CLUSTER } as const;
const moveTo = (value: string) =>
  qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value });

let records: { kind: string }[] = [];

function begun(): Session {
  records = [];
  const images = new Map([
    ["disk.raw", CLUSTER],
    ["cache.raw", CLUSTER],
  ]);
  const rules = { profile: profile("qemu-7.2"), clusterSize: CLUSTER, images, mutation: null };
  const storage = new MemoryStorage("disk.raw", CLUSTER);
  return new Session({
    ...{ rules, properties: [], readImage: () => storage.content, called: () => {} },
    sink: { append: (record) => ({ seq: records.push(record) - 1 }) },
  });
}

/** Ends the image calls of all agents that have one. */
function deliverAll(session: Session, outcome = DONE): void {
  for (const { agent, kind } of enabledChoices(session.execution)) {
    if (kind === "deliver") session.deliver(agent, outcome);
  }
}

let session = begun();
beforeEach(() => {
  session = begun();
  const [openCache, openHook] = startFleecing([]);
  for (const command of [...guestOnDisk, openCache, openHook]) {
    if (command !== undefined) expect(session.command(command)).toBeNull();
  }
});

test("a command waits for what is in flight above what it changes", () => {
  session.request(write);
  expect(session.begin(moveTo("hook"))).toBeNull();
  expect(session.quiet).toBe(false);
  expect(thrownBy(() => session.drained())).toMatchObject({ code: "log-not-enabled" });
  deliverAll(session);
  expect(session.quiet).toBe(true);
  expect(session.drained()).toEqual({ refusal: null, reply: {} });
  const kinds = records.slice(-5).map(({ kind }) => kind);
  expect(kinds).toEqual(["qmp", "step", "done", "drained", "return"]);
  expect(records.at(-5)).toMatchObject({ quiesces: ["guest"] });
});

test("what a device is asked for meanwhile is queued, and enters at the new place", () => {
  session.begin(moveTo("hook"));
  session.request(write);
  expect(enabledChoices(session.execution)).toEqual([]);
  expect(session.quiet).toBe(true);
  session.drained();
  const [choice] = enabledChoices(session.execution);
  expect(choice?.kind).toBe("wake");
  if (choice !== undefined) session.wake(choice.agent);
  const copying = [...session.execution.agents.values()].find(({ call }) => call !== null);
  // The hook looks what there is to save before anything is written.
  expect(copying?.call).toMatchObject({ image: "disk.raw", operation: "block-status" });
});

test("exports take nothing while they are quiesced", () => {
  const [, , ...show] = startFleecing(["reader"]);
  for (const command of show) expect(session.command(command)).toBeNull();
  session.begin(qmp("block-export-del", { id: "reader" }));
  expect(session.takesRequests("reader")).toBe(false);
  expect(session.takesRequests("guest")).toBe(true);
  expect(thrownBy(() => session.request(read))).toMatchObject({ code: "log-not-enabled" });
});

test("a command that drains nothing is answered at once, whatever is in flight", () => {
  session.request(write);
  const opened = session.begin(qmp("blockdev-add", { driver: "null-co", "node-name": "x" }));
  expect(opened).toEqual({ refusal: null, reply: {} });
  const refused = session.begin(qmp("blockdev-del", { "node-name": "disk" }));
  expect(refused?.refusal).toBe("Node disk is in use");
});

test("there is one command at a time", () => {
  session.begin(moveTo("hook"));
  const again = thrownBy(() => session.begin(moveTo("hook")));
  expect(again).toMatchObject({ code: "log-not-enabled" });
});

test("a crash forgets the command that waits", () => {
  session.request(write);
  session.begin(moveTo("hook"));
  session.crash();
  expect(session.draining).toBe(false);
  for (const command of guestOnDisk) expect(session.command(command)).toBeNull();
});

test("a job is paused while its nodes are drained, and what it is copying is waited for", () => {
  session = begun();
  const backup = qmp("blockdev-backup", {
    ...{ "job-id": "backup", device: "disk", target: "cache", sync: "full" },
    "filter-node-name": "hook",
  });
  const [openCache] = startFleecing([]);
  for (const command of [...guestOnDisk, openCache, backup]) {
    if (command !== undefined) expect(session.command(command)).toBeNull();
  }
  const copy = { through: "backup", operation: "copy", offset: 0, length: CLUSTER } as const;
  session.request(copy);
  expect(session.begin(qmp("block-job-cancel", { device: "backup" }))).toBeNull();
  expect(session.quiet).toBe(false);
  expect(thrownBy(() => session.request(copy))).toMatchObject({ code: "log-not-enabled" });
  while (!session.quiet) deliverAll(session, failure("EIO"));
  expect(session.drained()).toEqual({ refusal: null, reply: {} });
  expect(thrownBy(() => session.request(copy))).toMatchObject({
    code: "request-invalid",
    message: expect.stringMatching("there is no device, export or job of that name"),
  });
});
