/**
 * Nodes above `nbd` nodes go as QEMU's: images in a format that lie in an export, what is accepted
 * and refused of them, and what programs find there afterwards.
 */
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { makeCertificates } from "../nbd/certificates.ts";
import { outputOf } from "../nbd/serving.ts";
import { answers, type Conversation } from "../support/conversations.ts";
import { pairs } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { served } from "./served.ts";

const MIB = 1024 * 1024;

const nbd = (name: string, more: JsonObject = {}): JsonObject => ({
  ...{ driver: "nbd", export: name, server: { type: "unix", path: "n.sock" } },
  ...more,
});
const image = (file: JsonObject | string, more: JsonObject = {}): JsonObject => ({
  ...{ driver: "qcow2", "node-name": "q", file },
  ...more,
});
const add = (definition: JsonObject) => ["blockdev-add", definition] as const;
const offer = (writable: boolean) =>
  ["block-export-add", { type: "nbd", id: "x", "node-name": "q", writable }] as const;
const resize = (name: string, size: number) =>
  ["block_resize", { "node-name": name, size }] as const;
const GRAPH = ["x-debug-query-block-graph", {}] as const;
const named = (name: string) => nbd(name, { "node-name": "n" });

const CONVERSATIONS: readonly Conversation[] = [
  ["an image", add(image(named("e"))), GRAPH, offer(true)],
  ["an image on a node that is there", add(named("e")), add(image("n")), GRAPH, offer(true)],
  [
    "one image after the other",
    add(named("e")),
    add(image("n")),
    ["blockdev-del", { "node-name": "q" }],
    add({ driver: "raw", "node-name": "w", file: "n" }),
    ["blockdev-del", { "node-name": "w" }],
    add(image("n")),
  ],
  ["bytes in no format", add(image(named("plain")))],
  ["bytes in no format on a node that is there", add(named("plain")), add(image("n"))],
  ["an image that cannot be written", add(image(named("r")))],
  [
    "an image that cannot be written, and is only read",
    add(image(nbd("r", { "node-name": "n", "read-only": true }), { "read-only": true })),
    offer(true),
    offer(false),
  ],
  [
    "an image behind another",
    add(image(nbd("plain", { "node-name": "p" }), { driver: "raw", "node-name": "m" })),
    add(image(named("e"), { backing: "m" })),
    GRAPH,
  ],
  [
    "bytes, longer and shorter",
    add(named("plain")),
    add({ driver: "raw", "node-name": "w", file: "n" }),
    ...[4 * MIB, 8 * MIB, 2 * MIB, 3 * MIB, 4 * MIB, 0].map((size) => resize("w", size)),
    ["block-export-add", { type: "nbd", id: "x", "node-name": "w", writable: true }],
    ...[MIB, 4 * MIB].map((size) => resize("w", size)),
    resize("n", 512),
  ],
  [
    "an image, longer and shorter",
    add(image(named("e"))),
    offer(true),
    ...[8 * MIB, MIB, 1000, 4 * MIB].map((size) => resize("q", size)),
  ],
  ["an image with nothing behind it", add(image(named("e"), { backing: null })), offer(true)],
];

const SERVER = [
  ...["--nbd-server", "addr.type=unix,addr.path=n.sock,max-connections=0"],
  ...["--blockdev", "file,node-name=e,filename=e.qcow2"],
  ...["--blockdev", "file,node-name=plain,filename=plain.raw"],
  ...["--export", "nbd,id=e,node-name=e,writable=on"],
  ...["--export", "nbd,id=plain,node-name=plain,writable=on"],
  ...["--export", "nbd,id=r,name=r,node-name=e"],
];

/** An image with room to grow in. */
function makeImage(path: string, size: string): void {
  runTool("qemu-img", "create", "-q", "-f", "qcow2", path, size);
  fs.truncateSync(path, 16 * MIB);
}

const { test } = needsTool("qemu-storage-daemon", "qemu-img", "qemu-io");

describe.each(pairs())("beside QEMU $version", ({ programs }) => {
  test("it is accepted and refused in its words", () =>
    inTemporaryFolder(async (folder) => {
      makeImage(join(folder, "e.qcow2"), "4M");
      fs.writeFileSync(join(folder, "plain.raw"), Buffer.alloc(4 * MIB));
      const server = ["env", "-C", folder, "qemu-storage-daemon", ...SERVER];
      await served(server, join(folder, "n.sock"), async () => {
        const [theirs = [], ours] = programs;
        const expected = await answers(theirs, folder, CONVERSATIONS);
        expect(await answers(ours ?? [], folder, CONVERSATIONS)).toEqual(expected);
      });
    }));
});

needsTool("nbdkit", "qemu-img", "qemu-io").test(
  "an image on nbdkit is written, and whole afterwards; what does not fit in fails",
  () =>
    inTemporaryFolder(async (folder) => {
      const disk = join(folder, "e.qcow2");
      const [socket, own] = [join(folder, "n.sock"), join(folder, "own.sock")];
      runTool("qemu-img", "create", "-q", "-f", "qcow2", disk, "32M");
      fs.truncateSync(disk, 4 * MIB);
      await served(["nbdkit", "-f", "-U", socket, "file", disk], socket, () =>
        QmpTalk.using(DAEMONS.ours("qemu-10.0"), folder, async (talk) => {
          await talk.say("nbd-server-start", { addr: { type: "unix", data: { path: own } } });
          const { export: _, ...file } = nbd("");
          expect(await talk.say(...add(image(file)))).toMatchObject({ return: {} });
          await talk.say(...offer(true));
          const uri = `nbd+unix:///q?socket=${own}`;
          const io = (...commands: readonly string[]) =>
            outputOf("qemu-io", "-f", "raw", ...commands.flatMap((each) => ["-c", each]), uri);
          await io("write -P 7 1000k 1M", "write -z 1100k 100k", "flush", "read -P 7 1000k 100k");
          await expect(io("write -P 9 8M 8M")).rejects.toThrow("No space left on device");
          await io("read -P 0 1100k 100k", "read -P 7 1200k 800k", "write -P 5 1M 1M");
        }),
      );
      runTool("qemu-img", "check", "-q", disk);
      runTool("qemu-io", "-f", "qcow2", "-c", "read -P 5 1M 1M", "-c", "read -P 7 1000k 24k", disk);
    }),
);

needsTool("nbdkit", "qemu-img", "qemu-io", "openssl").test(
  "an image on nbdkit that is spoken to in TLS only, with keys and with certificates",
  () =>
    inTemporaryFolder(async (folder) => {
      const [disk, socket] = [join(folder, "e.qcow2"), join(folder, "n.sock")];
      const keys = join(folder, "keys.psk");
      fs.writeFileSync(keys, `alice:${"5a".repeat(16)}\n`);
      makeCertificates(folder);
      for (const [kind, byte, server, client, more] of [
        ["psk", 3, [`--tls-psk=${keys}`], { username: "alice" }, {}],
        ["x509", 4, [`--tls-certificates=${folder}`], {}, { "tls-hostname": "localhost" }],
      ] as const) {
        makeImage(disk, "4M");
        fs.rmSync(socket, { force: true });
        const nbdkit = ["nbdkit", "-f", "-U", socket, "--tls=require", ...server, "file", disk];
        await served(nbdkit, socket, () =>
          QmpTalk.using(DAEMONS.ours("qemu-10.0"), folder, async (talk) => {
            const credentials = { id: "tls", endpoint: "client", dir: folder, ...client };
            await talk.say("object-add", { "qom-type": `tls-creds-${kind}`, ...credentials });
            const { export: _, ...file } = nbd("", { "tls-creds": "tls", ...more });
            expect(await talk.say(...add(image(file)))).toMatchObject({ return: {} });
            const own = { type: "unix", data: { path: `${kind}.sock` } };
            await talk.say("nbd-server-start", { addr: own });
            await talk.say(...offer(true));
            const uri = `nbd+unix:///q?socket=${join(folder, `${kind}.sock`)}`;
            await outputOf("qemu-io", "-f", "raw", "-c", `write -P ${byte} 1M 1M`, uri);
            const clear = await talk.say(...add({ ...nbd(""), "node-name": "c" }));
            expect(clear).toMatchObject({ error: { desc: expect.stringMatching(/TLS/) } });
          }),
        );
        runTool("qemu-img", "check", "-q", disk);
        runTool("qemu-io", "-f", "qcow2", "-c", `read -P ${byte} 1M 1M`, disk);
      }
    }),
);
