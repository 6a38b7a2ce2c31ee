/**
 * A conversation over QMP goes as with qemu-storage-daemon: the same answers, the same events in
 * the same order.
 */
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { runTool } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("qemu-storage-daemon", "qemu-img", "qemu-io");

const LENGTH = 1024 * 1024;

type Conversation = (talk: QmpTalk) => Promise<void>;

async function transcripts(talkAbout: Conversation) {
  const said: unknown[][] = [];
  for (const program of [DAEMONS.qemu(), DAEMONS.ours("qemu-7.2")]) {
    await inTemporaryFolder(async (folder) => {
      for (const name of ["a.raw", "b.raw"]) fs.writeFileSync(join(folder, name), pattern(name));
      makeChain(folder);
      await QmpTalk.using(program, folder, async (talk) => {
        await talkAbout(talk);
        said.push(talk.heard.filter((message) => message.QMP === undefined));
        if (talkAbout === chains) {
          const top = join(folder, "top.qcow2");
          runTool("qemu-img", "check", "-q", top);
          const areas = ["read -P 1 0 200k", "read -P 2 200k 200k", "read -P 3 400k 300k"];
          const reads = areas.flatMap((area) => ["-c", area]);
          runTool("qemu-io", "-f", "qcow2", ...reads, top);
        }
        if (talkAbout === backups) {
          const [a, b] = ["a.raw", "b.raw"].map((name) => fs.readFileSync(join(folder, name)));
          expect(b?.equals(a ?? Buffer.alloc(0))).toBe(true);
        }
      });
    });
  }
  const [theirs, ours] = said.map(withoutPauses);
  return { ours, theirs };
}

const pattern = (name: string) => Buffer.alloc(LENGTH, name);

/** While the graph changes QEMU pauses the jobs, and says so. */
function withoutPauses(heard: readonly unknown[]): unknown[] {
  const texts = heard.map((message) => JSON.stringify(message));
  return heard.filter((_, index) => {
    if (texts[index]?.includes('"paused"')) return false;
    return !(texts[index - 1]?.includes('"paused"') && texts[index]?.includes('"running"'));
  });
}

const raw = (name: string, filename = `${name}.raw`) => ({
  ...{ driver: "raw", "node-name": name },
  file: { driver: "file", filename },
});

const backups: Conversation = async (talk) => {
  await talk.say("blockdev-add", raw("a"));
  await talk.say("blockdev-add", raw("b"));
  await talk.say("blockdev-backup", { "job-id": "j", device: "a", target: "b", sync: "full" });
  await talk.jobIs("j", "null");
  await talk.say("query-jobs");
  const waiting = { "auto-finalize": false, "auto-dismiss": false };
  const second = { "job-id": "k", device: "a", target: "b", sync: "full", ...waiting };
  await talk.say("blockdev-backup", second);
  await talk.jobIs("k", "pending");
  await talk.say("query-jobs");
  await talk.say("job-dismiss", { id: "k" });
  await talk.say("job-finalize", { id: "k" });
  await talk.jobIs("k", "concluded");
  await talk.say("job-dismiss", { id: "k" });
  await talk.say("blockdev-backup", { "job-id": "l", device: "a", target: "b", sync: "none" });
  await talk.say("block-job-cancel", { device: "l" });
  await talk.jobIs("l", "null");
};

/** base.qcow2 <- middle.qcow2 <- top.qcow2, each with a part of its own. */
function makeChain(folder: string): void {
  const names = ["base", "middle", "top"].map((name) => join(folder, `${name}.qcow2`));
  for (const [index, name] of names.entries()) {
    const below = names[index - 1];
    const behind = below === undefined ? [] : ["-b", below, "-F", "qcow2"];
    runTool("qemu-img", "create", "-q", "-f", "qcow2", ...behind, name, String(LENGTH));
    const area = `write -P ${index + 1} ${index * 200}k 300k`;
    runTool("qemu-io", "-f", "qcow2", "-c", area, name);
  }
}

const qcow2 = (name: string, backing: object | null = null) => ({
  ...{ driver: "qcow2", "node-name": name, backing },
  file: { driver: "file", filename: `${name}.qcow2` },
});

const chains: Conversation = async (talk) => {
  await talk.say("blockdev-add", qcow2("top", qcow2("middle", qcow2("base"))));
  await talk.say("block-commit", { "job-id": "c", device: "top", "top-node": "middle" });
  await talk.jobIs("c", "null");
  await talk.say("block-stream", { "job-id": "s", device: "top" });
  await talk.jobIs("s", "null");
  await talk.say("query-jobs");
  await talk.say("blockdev-del", { "node-name": "top" });
};

const transactions: Conversation = async (talk) => {
  await talk.say("blockdev-add", raw("a"));
  await talk.say("blockdev-add", raw("b"));
  const backup = { "job-id": "j", device: "a", target: "b", sync: "full" };
  const actions = [
    { type: "block-dirty-bitmap-add", data: { node: "a", name: "since" } },
    { type: "blockdev-backup", data: { ...backup, "auto-finalize": false } },
  ];
  await talk.say("transaction", { actions });
  await talk.jobIs("j", "pending");
  await talk.say("query-block-jobs");
  await talk.say("job-finalize", { id: "j" });
  await talk.jobIs("j", "null");
  const bad = { type: "block-dirty-bitmap-add", data: { node: "a", name: "since" } };
  await talk.say("transaction", { actions: [bad, { type: "blockdev-backup", data: backup }] });
  await talk.say("query-block-jobs");
};

const mistakes: Conversation = async (talk) => {
  await talk.say("blockdev-add", raw("a", "nowhere.raw"));
  await talk.say("blockdev-add", raw("a", "."));
  await talk.say("blockdev-add", { driver: "raw", "node-name": "a" });
  await talk.say("no-such-command");
  await talk.say("qmp_capabilities");
  await talk.say("query-block-exports");
  await talk.say("block-export-add", { type: "nbd", id: "e", "node-name": "a" });
  await talk.say("blockdev-add", raw("a"));
  await talk.say("block-export-add", { type: "nbd", id: "e", "node-name": "a" });
  const nowhere = { type: "unix", data: { path: "nowhere/nbd.sock" } };
  await talk.say("nbd-server-start", { addr: nowhere });
  await talk.say("nbd-server-start", { addr: { type: "unix", path: "nbd.sock" } });
  await talk.say("nbd-server-stop");
  const here = { type: "unix", data: { path: "nbd.sock" } };
  await talk.say("nbd-server-start", { addr: here });
  await talk.say("nbd-server-start", { addr: here });
  await talk.say("block-export-add", { type: "nbd", id: "e", "node-name": "a" });
  await talk.say("query-block-exports");
  await talk.say("blockdev-del", { "node-name": "a" });
  const gone = talk.hear(({ event }) => event === "BLOCK_EXPORT_DELETED");
  await talk.say("block-export-del", { id: "e" });
  await gone;
  await talk.say("blockdev-del", { "node-name": "a" });
  await talk.say("nbd-server-stop");
};

const oldExports: Conversation = async (talk) => {
  const offer = (args: object) => talk.say("nbd-server-add", args);
  const remove = (args: object) => talk.say("nbd-server-remove", args);
  await talk.say("blockdev-add", raw("a"));
  await talk.say("blockdev-add", { ...raw("b"), "read-only": true });
  await offer({ device: "a" });
  const here = { type: "unix", data: { path: "nbd.sock" } };
  await talk.say("nbd-server-start", { addr: here });
  for (const device of ["none", "a", "a"]) await offer({ device });
  await offer({});
  await offer({ device: "a", more: 1 });
  await offer({ device: "a", name: "1 y" });
  await offer({ device: "a", name: "q", bitmap: "none" });
  await offer({ device: "a", name: "second", writable: true });
  await offer({ device: "b", writable: true });
  await talk.say("query-block-exports");
  await remove({});
  await remove({ name: "none" });
  await remove({ name: "a", mode: "wurst" });
  for (const [name, mode] of [
    ["a", "safe"],
    ["second", "hard"],
  ]) {
    const gone = talk.hear(({ event }) => event === "BLOCK_EXPORT_DELETED");
    await remove({ name, mode });
    await gone;
  }
};

test("exports are added and removed as once", async () => {
  const { ours, theirs } = await transcripts(oldExports);
  // An event and an answer may come in either order.
  const apart = (heard: readonly unknown[] = []) =>
    [true, false].map((isEvent) =>
      heard.filter((message) => JSON.stringify(message).includes('"event"') === isEvent),
    );
  expect(apart(ours)).toEqual(apart(theirs));
});

test("backups begin, end and are dismissed", async () => {
  const { ours, theirs } = await transcripts(backups);
  expect(ours).toEqual(theirs);
});

test("a backup begins in a transaction, or not at all", async () => {
  const { ours, theirs } = await transcripts(transactions);
  expect(ours).toEqual(theirs);
});

test("a file in the middle is committed, and what is left is streamed", async () => {
  const { ours, theirs } = await transcripts(chains);
  expect(ours).toEqual(theirs);
});

test("what is wrong is refused in the same words", async () => {
  const { ours, theirs } = await transcripts(mistakes);
  expect(ours).toEqual(theirs);
});

test("each command that QEMU's daemon has is there, or it is said what to do instead", async () => {
  const said: unknown[][] = [];
  for (const program of [DAEMONS.qemu(), DAEMONS.ours("qemu-7.2")]) {
    await inTemporaryFolder((folder) =>
      QmpTalk.using(program, folder, async (talk) => {
        const { return: commands } = await talk.say("query-commands");
        said.push(Array.isArray(commands) ? commands.map(({ name }) => String(name)) : []);
        if (said.length < 2) return;
        const [theirs = [], ours = []] = said;
        for (const name of theirs.filter((each) => !ours.includes(each))) {
          const { error } = await talk.say(String(name));
          expect(error?.class).toBe("CommandNotFound");
          expect(error?.desc).toMatch(/^The command .* has not been found: it is not supported; ./);
        }
      }),
    );
  }
  const [theirs, ours] = said;
  expect(theirs?.length).toBeGreaterThan(50);
  expect(ours?.length).toBeGreaterThan(40);
});

test("it ends when it is told to, and when nobody is left to tell it", async () => {
  for (const end of ["quit", "eof"] as const) {
    await inTemporaryFolder((folder) =>
      QmpTalk.using(DAEMONS.ours("qemu-7.2"), folder, async (talk) => {
        if (end === "quit") talk.write('{"execute": "quit"}');
        else talk.end();
        expect(await talk.ended()).toBe(0);
      }),
    );
  }
});
