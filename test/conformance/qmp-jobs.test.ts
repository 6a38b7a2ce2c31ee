/**
 * Mirrors, commits of the file that is written and jobs that fail go as with qemu-storage-daemon:
 * the same answers, the same events in the same order, and the same data.
 */
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type Conversation, DISK, pairs, transcripts } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import type { QmpTalk } from "../support/qmp-talk.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("qemu-storage-daemon", "qemu-img", "qemu-io");

const raw = (name: string, rules: readonly object[] = []) => {
  const file = { driver: "file", filename: `${name}.raw` };
  const failing = { driver: "blkdebug", image: file, "inject-error": rules };
  return { driver: "raw", "node-name": name, file: rules.length === 0 ? file : failing };
};

const MIRROR = { device: "a", target: "b", sync: "full" };

async function addBoth(talk: QmpTalk, a: object = raw("a"), b: object = raw("b")): Promise<void> {
  await talk.say("blockdev-add", a);
  await talk.say("blockdev-add", b);
}

async function serve(talk: QmpTalk, node: string): Promise<void> {
  const addr = { type: "unix", data: { path: "nbd.sock" } };
  await talk.say("nbd-server-start", { addr });
  const offered = { type: "nbd", id: "e", name: "disk", "node-name": node, writable: true };
  await talk.say("block-export-add", offered);
}

/** What qemu-io says as the guest. */
function guest(folder: string, ...commands: readonly string[]): string {
  const all = commands.flatMap((command) => ["-c", command]);
  const disk = `nbd+unix:///disk?socket=${join(folder, "nbd.sock")}`;
  return runTool("qemu-io", "-f", "raw", ...all, disk).replace(/\d+ ops; .*/g, "");
}

/** Waits until a job has copied as many bytes, with what was written since. */
const copied = (talk: QmpTalk, bytes: number) =>
  talk.until("query-block-jobs", (jobs) => JSON.stringify(jobs).includes(`"offset":${bytes},`));

const inBackground: Conversation = async (talk, folder) => {
  await addBoth(talk);
  await serve(talk, "a");
  await talk.say("blockdev-mirror", { "job-id": "m", ...MIRROR });
  await talk.isReady("m");
  await talk.say("query-block-jobs");
  await talk.say("query-jobs");
  const said = [guest(folder, "write -P 7 0 128k", "write -P 8 500000 3000")];
  await copied(talk, DISK + 3 * 65_536);
  await talk.say("block-job-pause", { device: "m" });
  await talk.jobIs("m", "standby");
  await talk.say("query-block-jobs");
  await talk.say("block-job-complete", { device: "m" });
  await talk.say("block-job-resume", { device: "m" });
  await talk.jobIs("m", "null");
  await talk.say("query-block-exports");
  said.push(guest(folder, "read -P 7 0 128k", "read -P 8 500000 3000", "write -P 9 700k 1k"));
  await talk.say("blockdev-del", { "node-name": "a" });
  await talk.say("blockdev-del", { "node-name": "b" });
  return { said, disks: ["a.raw", "b.raw"].map((name) => fs.readFileSync(join(folder, name))) };
};

const writeBlocking: Conversation = async (talk, folder) => {
  await addBoth(talk);
  await serve(talk, "a");
  const active = { ...MIRROR, "copy-mode": "write-blocking" };
  await talk.say("blockdev-mirror", { "job-id": "m", ...active });
  await talk.isReady("m");
  await talk.say("query-block-jobs");
  // What a guest was told is written is in the target.
  const said = guest(folder, "write -P 7 0 128k", "write -P 8 500000 3000", "write -z 512k 64k");
  const target = fs.readFileSync(join(folder, "b.raw"));
  await talk.say("job-cancel", { id: "m" });
  await talk.jobIs("m", "null");
  return { said, target };
};

/** Each way to end a mirror, with and without somebody who has to be asked. */
const ends: Conversation = async (talk) => {
  await addBoth(talk);
  for (const [name, verb, more] of [
    ["soft", "block-job-cancel", {}],
    ["hard", "block-job-cancel", { force: true }],
    ["well", "block-job-complete", {}],
  ] as const) {
    for (const waits of [true, false]) {
      const id = `${name}-${waits}`;
      const waiting = { "auto-finalize": !waits, "auto-dismiss": !waits };
      await talk.say("blockdev-mirror", { "job-id": id, ...MIRROR, ...waiting });
      await talk.isReady(id);
      await talk.say(verb, { device: id, ...more });
      if (waits && name !== "hard") {
        await talk.jobIs(id, "pending");
        await talk.say("query-block-jobs");
        await talk.say("job-finalize", { id });
      }
      await talk.jobIs(id, waits ? "concluded" : "null");
      await talk.say("query-jobs");
      await talk.say("query-block-jobs");
      if (waits) await talk.say("job-dismiss", { id });
    }
  }
};

/** What a job is told that has not copied everything yet. */
const early: Conversation = async (talk) => {
  await addBoth(talk);
  const slow = { "job-id": "m", ...MIRROR, speed: 65_536 };
  await talk.say("blockdev-mirror", slow);
  for (const verb of ["complete", "finalize", "dismiss"])
    await talk.say(`job-${verb}`, { id: "m" });
  await copied(talk, DISK);
  await talk.say("query-block-jobs");
  await talk.say("block-job-pause", { device: "m" });
  await talk.jobIs("m", "paused");
  await talk.say("query-jobs");
  await talk.say("block-job-pause", { device: "m" });
  await talk.say("block-job-cancel", { device: "m" });
  await talk.say("block-job-cancel", { device: "m", force: true });
  await talk.jobIs("m", "null");
};

const otherWays: Conversation = async (talk, folder) => {
  for (const [name, behind] of [
    ["base", []],
    ["top", ["-b", "base.qcow2", "-F", "qcow2"]],
    ["copy", ["-b", "base.qcow2", "-F", "qcow2"]],
  ] as const) {
    const image = join(folder, `${name}.qcow2`);
    const backing = behind.map((each) => each.replace("base", join(folder, "base")));
    runTool("qemu-img", "create", "-q", "-f", "qcow2", ...backing, image, String(DISK));
    const area = name === "base" ? "write -P 1 0 1M" : "write -P 2 100k 200k";
    if (name !== "copy") runTool("qemu-io", "-f", "qcow2", "-c", area, image);
  }
  const qcow2 = (name: string, backing: object | null) => {
    const file = { driver: "file", filename: `${name}.qcow2` };
    return { driver: "qcow2", "node-name": name, file, backing };
  };
  const readOnly = { ...qcow2("base", null), "node-name": "below", "read-only": true };
  await talk.say("blockdev-add", qcow2("top", qcow2("base", null)));
  await talk.say("blockdev-add", qcow2("copy", readOnly));
  for (const sync of ["top", "none"]) {
    const job = { "job-id": sync, device: "top", target: "copy", sync };
    await talk.say("blockdev-mirror", job);
    await talk.isReady(sync);
    await talk.say("block-job-cancel", { device: sync });
    await talk.jobIs(sync, "null");
  }
  await talk.say("blockdev-del", { "node-name": "copy" });
  await talk.say("blockdev-del", { "node-name": "top" });
  const image = join(folder, "copy.qcow2");
  runTool("qemu-img", "check", "-q", image);
  return JSON.parse(runTool("qemu-img", "map", "--output=json", image)).map(
    ({ start, length, depth }: { start: number; length: number; depth: number }) => {
      return { start, length, depth };
    },
  );
};

const unequal: Conversation = async (talk, folder) => {
  fs.writeFileSync(join(folder, "b.raw"), Buffer.alloc(2 * DISK));
  await addBoth(talk);
  await talk.say("blockdev-mirror", { "job-id": "m", ...MIRROR, "auto-dismiss": false });
  await talk.jobIs("m", "concluded");
  await talk.say("query-block-jobs");
  await talk.say("job-dismiss", { id: "m" });
  await talk.say("blockdev-mirror", { "job-id": "n", ...MIRROR });
  await talk.jobIs("n", "null");
};

interface Failure {
  readonly command: string;
  readonly action: string;
  readonly side: "a" | "b";
  readonly errno: number;
}

const FAILURES: readonly Failure[] = ["blockdev-mirror", "blockdev-backup"].flatMap((command) =>
  (["a", "b"] as const).flatMap((side) =>
    [
      ...["report", "stop", "ignore", "enospc"].map((action) => ({ action, errno: 5 })),
      { action: "enospc", errno: 28 },
    ].map((rest) => ({ command, side, ...rest })),
  ),
);

const named = (name: string, backing: object | null) => {
  const file = { driver: "file", filename: `${name}.qcow2`, "node-name": `${name}-file` };
  return { driver: "qcow2", "node-name": name, file, backing };
};

/** base <- mid <- up <- top, of which each has a part. */
function makeChain(folder: string): void {
  for (const [index, name] of ["base", "mid", "up", "top"].entries()) {
    const image = join(folder, `${name}.qcow2`);
    const below = ["base", "mid", "up"][index - 1];
    const behind = below === undefined ? [] : ["-b", `${below}.qcow2`, "-F", "qcow2"];
    runTool("qemu-img", "create", "-q", "-f", "qcow2", ...behind, image, String(DISK));
    const area = `write -P ${index + 1} ${index * 200}k 300k`;
    runTool("qemu-io", "-f", "qcow2", "-c", area, image);
  }
}

/** What an image says of its backing file. */
function backingOf(folder: string, name: string): unknown {
  const text = runTool("qemu-img", "info", "-U", "--output=json", join(folder, `${name}.qcow2`));
  const { "backing-filename": file, "backing-filename-format": format } = JSON.parse(text);
  return { file, format };
}

const chain = () => named("top", named("up", named("mid", named("base", null))));

const shortened: Conversation = async (talk, folder) => {
  makeChain(folder);
  await talk.say("blockdev-add", chain());
  const said: unknown[] = [];
  const jobs = [
    ["block-commit", { "top-node": "up", "base-node": "mid" }],
    ["block-commit", { "top-node": "mid", "base-node": "base", "backing-file": "/nowhere/x" }],
    ["block-stream", { "base-node": "base", "backing-file": "abc" }],
    ["block-stream", {}],
  ] as const;
  for (const [index, [command, options]] of jobs.entries()) {
    const id = `j${index}`;
    await talk.say(command, { "job-id": id, device: "top", ...options });
    await talk.jobIs(id, "null");
    said.push(backingOf(folder, "top"));
  }
  await talk.say("blockdev-del", { "node-name": "top" });
  runTool("qemu-img", "check", "-q", join(folder, "top.qcow2"));
  return said;
};

const toldWrongly: Conversation = async (talk, folder) => {
  makeChain(folder);
  await talk.say("blockdev-add", chain());
  const job = { "job-id": "j", device: "top", "backing-file": "x" };
  await talk.say("block-commit", { ...job, "base-node": "mid" });
  await talk.say("block-stream", job);
  await talk.say("block-stream", { ...job, bottom: "up" });
  await talk.say("block-stream", { ...job, "backing-file": 5 });
  const told = { "backing-file": "q" };
  for (const [device, image] of [
    ["top", "top"],
    ["top", "mid"],
    ["nowhere", "top"],
    ["top", "nowhere"],
    ["top", "top-file"],
    ["top", "base"],
    ["mid", "top"],
  ]) {
    await talk.say("change-backing-file", { device, "image-node-name": image, ...told });
  }
  return [backingOf(folder, "top"), backingOf(folder, "mid")];
};

/** The guest writes while what it writes is committed, and is on the base afterwards. */
const activeCommit: Conversation = async (talk, folder) => {
  makeChain(folder);
  await talk.say("blockdev-add", chain());
  await serve(talk, "top");
  await talk.say("block-commit", { "job-id": "c", device: "top", "base-node": "mid" });
  await talk.isReady("c");
  await talk.say("query-block-jobs");
  const said = [guest(folder, "write -P 9 1000k 4k")];
  await talk.say("job-complete", { id: "c" });
  await talk.jobIs("c", "null");
  await talk.say("query-block-exports");
  const areas = ["read -P 2 200k 200k", "read -P 4 600k 300k", "read -P 9 1000k 4k"];
  said.push(guest(folder, "read -P 1 0 200k", ...areas, "write -P 8 0 4k"));
  await talk.say("block-export-del", { id: "e", mode: "hard" });
  await talk.say("blockdev-del", { "node-name": "top" });
  runTool("qemu-img", "check", "-q", join(folder, "mid.qcow2"));
  const image = join(folder, "mid.qcow2");
  return { said, read: runTool("qemu-io", "-U", "-r", "-c", "read -P 8 0 4k", image).slice(0, 30) };
};

/** What becomes of an error of either side, under each rule. */
const failures: Conversation = async (talk) => {
  for (const [index, { command, action, side, errno }] of FAILURES.entries()) {
    const id = `j${index}`;
    const iotype = side === "a" ? "read" : "write";
    const isTold = action !== "report";
    const rule = { event: "none", iotype, errno, sector: 512, ...(isTold && { once: true }) };
    await addBoth(talk, raw("a", side === "a" ? [rule] : []), raw("b", side === "b" ? [rule] : []));
    const told = { "on-source-error": action, "on-target-error": action };
    await talk.say(command, { "job-id": id, ...MIRROR, ...told, "auto-dismiss": false });
    const stops = action === "stop" || errno === 28;
    if (stops) {
      await talk.jobIs(id, "paused");
      await talk.until("query-jobs", (jobs) => JSON.stringify(jobs).includes('"paused"'));
      await talk.say("query-block-jobs");
      await talk.say("block-job-resume", { device: id });
    }
    if (command === "blockdev-mirror" && (stops || action === "ignore")) {
      await talk.isReady(id);
      await talk.say("block-job-complete", { device: id });
    }
    await talk.jobIs(id, "concluded");
    await talk.say("query-jobs");
    await talk.say("query-block-jobs");
    await talk.say("job-dismiss", { id });
    for (const name of ["a", "b"]) await talk.say("blockdev-del", { "node-name": name });
  }
};

/** Jobs of a transaction: which have a short life, and those that end together. */
const transactions: Conversation = async (talk) => {
  await addBoth(talk);
  await talk.say("blockdev-add", raw("c"));
  const backup = (id: string, target: string, more: object = {}) => ({
    type: "blockdev-backup",
    data: { "job-id": id, device: "a", target, sync: "full", ...more },
  });
  const bad = { type: "block-dirty-bitmap-clear", data: { node: "a", name: "nowhere" } };
  const [one, other] = [backup("x", "b"), backup("y", "c")];
  for (const actions of [
    [one, bad],
    [bad, one],
    [one, bad, other],
    [one, other, bad],
  ]) {
    await talk.say("transaction", { actions });
  }
  const properties = { "completion-mode": "grouped" };
  await talk.say("transaction", { actions: [one, bad], properties });
  const waiting = { "auto-finalize": false };
  await talk.say("transaction", { actions: [backup("k", "b", waiting)], properties });
  await talk.jobIs("k", "pending");
  await talk.say("job-finalize", { id: "k" });
  await talk.jobIs("k", "null");
};

/** Of jobs that end together only the order in which they come to wait is chance. */
const grouped: Conversation = async (talk) => {
  await addBoth(talk);
  await talk.say("blockdev-add", raw("c"));
  const actions = ["b", "c"].map((target) => ({
    type: "blockdev-backup",
    data: { "job-id": `to-${target}`, device: "a", target, sync: "full", "auto-finalize": false },
  }));
  const properties = { "completion-mode": "grouped" };
  for (const verb of ["job-finalize", "job-cancel"]) {
    await talk.say("transaction", { actions, properties });
    const arePending = (jobs: unknown) => JSON.stringify(jobs).match(/"pending"/g)?.length === 2;
    await talk.until("query-jobs", arePending);
    await talk.say("query-jobs");
    await talk.say(verb, { id: "to-b" });
    await talk.until("query-jobs", (jobs) => JSON.stringify(jobs) === "[]");
  }
};

const isWaiting = (event: unknown) => JSON.stringify(event).includes('"waiting"');

const CONVERSATIONS = [
  ["a mirror follows what is written, and the guest is on its target afterwards", inBackground],
  ["a mirror that guests write themselves", writeBlocking],
  ["a mirror ends with and without effect", ends],
  ["a mirror that is slowed down, and not ready", early],
  ["mirrors of the first file, and of what is written", otherWays],
  ["a mirror between unequal ends", unequal],
  ["jobs of transactions that are refused", transactions],
  ["errors of both sides, under each rule", failures],
  ["an image says what is behind it when its chain has become shorter", shortened],
  ["what an image cannot be told of its backing file", toldWrongly],
  ["what a guest writes is committed while it writes", activeCommit],
] as const;

describe.each(pairs())("as QEMU $version", ({ programs }) => {
  for (const [name, conversation] of CONVERSATIONS) {
    test(name, async () => {
      const [theirs, ours] = await transcripts(programs, conversation);
      expect(ours).toEqual(theirs);
    });
  }

  test("jobs that end together", async () => {
    const [theirs, ours] = await transcripts(programs, grouped);
    expect(ours?.answers).toEqual(theirs?.answers);
    const told = [theirs, ours].map((each) => each?.events.filter((event) => !isWaiting(event)));
    expect(told[1]).toEqual(told[0]);
  });
});
