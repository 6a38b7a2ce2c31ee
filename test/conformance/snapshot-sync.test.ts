/**
 * `blockdev-snapshot-sync` goes as with qemu-storage-daemon: what is accepted and refused, what
 * becomes of an overlay, and what is in which file afterwards.
 */
import fs from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Conversation, compareTalks } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import type { QmpTalk } from "../support/qmp-talk.ts";
import { needsTool } from "../tools/needs-tool.ts";

const snapshot = (node: string, name: string, more: JsonObject = {}): JsonObject => ({
  ...{ "node-name": node, "snapshot-file": `${name}.qcow2`, "snapshot-node-name": name },
  ...more,
});
const take = (talk: QmpTalk, args: JsonObject) => talk.say("blockdev-snapshot-sync", args);
const together = (talk: QmpTalk, ...all: readonly JsonObject[]) =>
  talk.say("transaction", {
    actions: all.map((data) => (data === ABORT ? data : { type: "blockdev-snapshot-sync", data })),
  });
const ABORT: JsonObject = { type: "abort", data: {} };

async function addAll(talk: QmpTalk): Promise<void> {
  for (const name of ["a", "b"]) {
    const file = { driver: "file", "node-name": `${name}-file`, filename: `${name}.raw` };
    await talk.say("blockdev-add", { driver: "raw", "node-name": name, file });
  }
}

async function offerAll(talk: QmpTalk): Promise<void> {
  await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: "nbd.sock" } } });
  for (const id of ["a", "b"]) {
    const offered = { type: "nbd", id, "node-name": id, name: id, writable: true };
    await talk.say("block-export-add", offered);
  }
}

/** What qemu-io says as the guest. */
function guest(folder: string, disk: string, ...commands: readonly string[]): string {
  const all = commands.flatMap((command) => ["-c", command]);
  const uri = `nbd+unix:///${disk}?socket=${join(folder, "nbd.sock")}`;
  return runTool("qemu-io", "-f", "raw", ...all, uri).replace(/\d+ ops; .*/g, "");
}

/** The names of nodes, and who is on whom, whatever is called by chance. */
async function graph(talk: QmpTalk): Promise<unknown> {
  const { return: said } = await talk.say("x-debug-query-block-graph");
  talk.heard.pop();
  const text = JSON.stringify(said).replaceAll(/#block\d+/g, "#block");
  return JSON.parse(text);
}

function look(folder: string, name: string): unknown {
  const info = JSON.parse(runTool("qemu-img", "info", "-U", "--output=json", join(folder, name)));
  const { "backing-filename": backing, "backing-filename-format": format } = info;
  return { name, size: info["virtual-size"], backing, format };
}

const CONVERSATIONS: readonly (readonly [string, Conversation])[] = [
  [
    "what there cannot be",
    async (talk, folder) => {
      await addAll(talk);
      const { "snapshot-node-name": _, ...nameless } = snapshot("a", "o");
      await take(talk, {});
      await take(talk, { "node-name": "a" });
      await take(talk, snapshot("none", "o"));
      await take(talk, { ...nameless, "node-name": "none" });
      await take(talk, nameless);
      await take(talk, { device: "a", "snapshot-file": "o.qcow2" });
      await take(talk, snapshot("a", "o", { "snapshot-file": "nowhere/o" }));
      await take(talk, snapshot("a", "b"));
      await take(talk, snapshot("a", "1o"));
      for (const format of ["raw", "wurst"]) await take(talk, snapshot("a", "o", { format }));
      await take(talk, snapshot("a", "o", { mode: "wurst" }));
      await take(talk, snapshot("a", "o", { mode: "existing" }));
      await take(talk, snapshot("a", "o", { mode: "existing", "snapshot-file": "b.raw" }));
      await take(talk, snapshot("a", "o", { "snapshot-file": "a.raw" }));
      await take(talk, snapshot("a", "o", { more: 1 }));
      return fs.existsSync(join(folder, "o.qcow2"));
    },
  ],
  [
    "an overlay that nobody uses, which is gone at once",
    async (talk, folder) => {
      await addAll(talk);
      await take(talk, snapshot("a", "o"));
      const found = [await graph(talk), look(folder, "o.qcow2")];
      await talk.say("blockdev-del", { "node-name": "o" });
      await take(talk, snapshot("a", "o"));
      return found;
    },
  ],
  [
    "overlays under a guest, which go with it",
    async (talk, folder) => {
      await addAll(talk);
      await offerAll(talk);
      await take(talk, snapshot("a", "o"));
      const found: unknown[] = [guest(folder, "a", "write -P 1 0 64k", "read -P 97 64k 64k")];
      await take(talk, snapshot("a", "p"));
      await take(talk, snapshot("o", "p"));
      found.push(guest(folder, "a", "read -P 1 0 64k", "write -P 2 4k 4k", "flush"));
      found.push(await graph(talk), look(folder, "o.qcow2"), look(folder, "p.qcow2"));
      await talk.say("blockdev-del", { "node-name": "p" });
      await talk.say("blockdev-del", { "node-name": "a" });
      await talk.say("block-export-del", { id: "a", mode: "hard" });
      await talk.until("query-block-exports", (all) => Array.isArray(all) && all.length === 1);
      found.push(await graph(talk));
      await talk.say("blockdev-del", { "node-name": "a" });
      for (const name of ["o", "p"])
        runTool("qemu-img", "check", "-q", join(folder, `${name}.qcow2`));
      const commands = ["read -P 1 0 4k", "read -P 2 4k 4k", "read -P 97 64k 900k"];
      const all = commands.flatMap((command) => ["-c", command]);
      found.push(runTool("qemu-io", "-f", "qcow2", ...all, join(folder, "p.qcow2")).length > 0);
      return found;
    },
  ],
  [
    "an image that is there already, behind whatever it says",
    async (talk, folder) => {
      const path = join(folder, "o.qcow2");
      runTool("qemu-img", "create", "-q", "-f", "qcow2", "-b", "b.raw", "-F", "raw", path);
      await addAll(talk);
      await offerAll(talk);
      await take(talk, snapshot("a", "o", { mode: "existing" }));
      return [guest(folder, "a", "read -P 97 0 64k", "write -P 1 0 64k"), look(folder, "o.qcow2")];
    },
  ],
  [
    "several in a transaction, all or none",
    async (talk, folder) => {
      await addAll(talk);
      await offerAll(talk);
      await together(talk, snapshot("a", "o"), ABORT);
      await together(talk, snapshot("a", "o"), snapshot("b", "p", { "snapshot-file": "x/y" }));
      await together(talk, snapshot("a", "o"), snapshot("a", "p"));
      await together(talk, snapshot("a", "o", { "snapshot-file": 7 }));
      const found = [await graph(talk), guest(folder, "a", "write -P 3 0 64k")];
      await together(talk, snapshot("a", "o"), snapshot("b", "p"));
      found.push(guest(folder, "a", "write -P 1 0 64k"), guest(folder, "b", "read -P 98 0 64k"));
      return [
        ...found,
        await graph(talk),
        ...["o", "p"].map((each) => look(folder, `${each}.qcow2`)),
      ];
    },
  ],
];

compareTalks(needsTool("qemu-storage-daemon", "qemu-img", "qemu-io"), CONVERSATIONS);
