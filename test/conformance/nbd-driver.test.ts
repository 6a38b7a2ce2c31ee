/**
 * `nbd` nodes go as QEMU's: what is accepted and refused, in which words, and the data below.
 */
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { NbdServer } from "../../src/nbd/server.ts";
import { certificateTls } from "../../src/nbd/tls-credentials.ts";
import { makeCertificates } from "../nbd/certificates.ts";
import { MemoryExport } from "../nbd/memory-export.ts";
import { outputOf } from "../nbd/serving.ts";
import { answers, type Command, type Conversation } from "../support/conversations.ts";
import { runTool } from "../support/qemu-tools.ts";
import { DAEMONS, QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { served } from "./served.ts";

const MIB = 1024 * 1024;

const tools = needsTool("qemu-storage-daemon", "qemu-nbd", "qemu-img", "qemu-io");

const SERVER = { type: "unix", path: "n.sock" };

const nbd = (more: JsonObject = {}): JsonObject => ({
  ...{ driver: "nbd", "node-name": "n", server: SERVER, export: "e" },
  ...more,
});

const add = (definition: JsonObject) => ["blockdev-add", definition] as const;
const reopen = (...options: JsonObject[]) => ["blockdev-reopen", { options }] as const;
const resize = (size: number) => ["block_resize", { "node-name": "n", size }] as const;
const GRAPH = ["x-debug-query-block-graph", {}] as const;
const { export: _, ...NAMELESS } = nbd();
const { server: __, ...NOWHERE } = nbd();

const CONVERSATIONS: readonly Conversation[] = [
  ["an export", add(nbd()), GRAPH],
  ["the export without a name, which there is not", add(NAMELESS)],
  ["an export that there is not", add(nbd({ export: "other" }))],
  ["nobody there", add(nbd({ server: { type: "unix", path: "none.sock" } }))],
  ["nobody there, for a second", add(nbd({ server: { ...SERVER, path: "x" }, "open-timeout": 1 }))],
  ["no socket", add(nbd({ server: { type: "unix", path: "e.raw" } }))],
  ["a port that is closed", add(nbd({ server: { type: "inet", host: "127.0.0.1", port: "1" } }))],
  ["a port that is a number", add(nbd({ server: { type: "inet", host: "localhost", port: 1 } }))],
  ["no port", add(nbd({ server: { type: "inet", host: "localhost" } }))],
  ["no server", add(NOWHERE)],
  ["a server that is a text", add(nbd({ server: "n.sock" }))],
  ["an address of no type", add(nbd({ server: { path: "n.sock" } }))],
  ["an address of a type that there is not", add(nbd({ server: { type: "carrier pigeon" } }))],
  ["an address with more in it", add(nbd({ server: { ...SERVER, more: 1 } }))],
  ["a path as it was given once", add({ ...NOWHERE, path: "n.sock" })],
  ["a host as it was given once", add({ ...NOWHERE, host: "localhost", port: "10809" })],
  ["credentials that there are not", add(nbd({ "tls-creds": "none" }))],
  ["a host name without TLS", add(nbd({ "tls-hostname": "somewhere" }))],
  ["a name that is too long", add(nbd({ export: "x".repeat(4097) }))],
  ["a bitmap that is too long", add(nbd({ "x-dirty-bitmap": "x".repeat(4097) }))],
  ["a delay", add(nbd({ "reconnect-delay": 5 }))],
  ["a delay below zero", add(nbd({ "reconnect-delay": -1 }))],
  ["a delay that is a text", add(nbd({ "reconnect-delay": "5" }))],
  ["a lock", add(nbd({ locking: "off" }))],
  ["a read-only export", add(nbd({ export: "r" }))],
  ["a read-only export, only to read", add(nbd({ export: "r", "read-only": true }))],
  [
    "a read-only export, if need be only to read",
    add(nbd({ export: "r", "auto-read-only": true })),
    add({ driver: "raw", "node-name": "w", file: "n" }),
    ["block-export-add", { type: "nbd", id: "x", "node-name": "w", writable: true }],
  ],
  [
    "a read-only export that is to be written after all",
    add(nbd({ export: "r", "read-only": true })),
    reopen(nbd({ export: "r", "read-only": false })),
  ],
  ["the same again", add(nbd()), reopen(nbd())],
  ["only to read from now on", add(nbd()), reopen(nbd({ "read-only": true }))],
  ["another export from now on", add(nbd()), reopen(nbd({ export: "r" }))],
  ["no export from now on", add(nbd()), reopen(NAMELESS)],
  ["shared by force", add(nbd({ "force-share": true }))],
  ["shared by force, only to read", add(nbd({ "force-share": true, "read-only": true }))],
  ["longer, as long, shorter", add(nbd()), resize(2 * MIB), resize(MIB), resize(512)],
  [
    "two nodes on one export, one of which minds writers",
    add(nbd()),
    add({
      ...{ driver: "blkdebug", "node-name": "p", image: "n" },
      "unshare-child-perms": ["write"],
    }),
    add(nbd({ "node-name": "m" })),
    add({ driver: "raw", "node-name": "w", file: "m" }),
    ["block-export-add", { type: "nbd", id: "x", "node-name": "w", writable: true }],
  ],
  ["bytes that are in no format", add({ ...{ driver: "qcow2", "node-name": "q" }, file: nbd() })],
  [
    "a bitmap, and one that is to stay",
    add(nbd()),
    ["block-dirty-bitmap-add", { node: "n", name: "b" }],
    ["block-dirty-bitmap-add", { node: "n", name: "c", persistent: true }],
  ],
];

const QEMU_SERVER = [
  ...["--nbd-server", "addr.type=unix,addr.path=n.sock,max-connections=0"],
  ...["--blockdev", "file,node-name=e,filename=e.raw"],
  ...["--export", "nbd,id=e,node-name=e,writable=on"],
  ...["--export", "nbd,id=r,name=r,node-name=e"],
];

tools.test("is accepted and refused as by qemu-storage-daemon, in its words", () =>
  inTemporaryFolder(async (folder) => {
    fs.writeFileSync(join(folder, "e.raw"), Buffer.alloc(MIB));
    const server = ["env", "-C", folder, "qemu-storage-daemon", ...QEMU_SERVER];
    await served(server, join(folder, "n.sock"), async () => {
      const theirs = await answers(DAEMONS.qemu(), folder, CONVERSATIONS);
      expect(await answers(DAEMONS.ours("qemu-7.2"), folder, CONVERSATIONS)).toEqual(theirs);
      const { length } = theirs.filter((answer) => !("return" in answer));
      expect(length).toBeGreaterThan(20);
    });
  }),
);

const credentials = (more: JsonObject = {}): Command => [
  "object-add",
  { "qom-type": "tls-creds-x509", id: "t", dir: "tls", ...more },
];
const CLIENT = credentials({ endpoint: "client" });

/** Conversations about a server on a port that wants TLS. */
function secured(port: number): readonly Conversation[] {
  const server = { type: "inet", host: "localhost", port: String(port) };
  const tls = (more: JsonObject = {}) => add(nbd({ server, "tls-creds": "t", ...more }));
  const address = { ...server, host: "127.0.0.1" };
  return [
    ["in the clear", add(nbd({ server }))],
    ["with credentials", CLIENT, tls()],
    ["with credentials of nobody in particular", credentials(), tls()],
    ["with credentials of a server", credentials({ endpoint: "server" }), tls()],
    ["with credentials of a third kind", credentials({ endpoint: "other" })],
    ["for another host", CLIENT, tls({ "tls-hostname": "example.org" })],
    [
      "for another host, and unseen",
      credentials({ "verify-peer": false }),
      tls({ "tls-hostname": "x" }),
    ],
    ["for an address", CLIENT, tls({ server: address })],
    ["for a name of the address", CLIENT, tls({ server: address, "tls-hostname": "localhost" })],
    [
      "as a server",
      ["nbd-server-stop", {}],
      CLIENT,
      ["nbd-server-start", { addr: { type: "unix", data: { path: "x" } }, "tls-creds": "t" }],
    ],
  ];
}

needsTool("qemu-storage-daemon", "openssl").test("speaks TLS as QEMU does", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "tls");
    fs.mkdirSync(path);
    makeCertificates(path);
    const server = new NbdServer({ startTls: certificateTls(path) });
    onTestFinished(() => server.close());
    server.add(new MemoryExport(MIB, { name: "e" }));
    const bound = await server.listen({ host: "127.0.0.1", port: 0 });
    const conversations = secured("port" in bound ? bound.port : 0);
    const theirs = await answers(DAEMONS.qemu(), folder, conversations);
    expect(await answers(DAEMONS.ours("qemu-7.2"), folder, conversations)).toEqual(theirs);
  }),
);

/** A daemon of ours that exports what is on a server, and tools on both ends. */
async function above(
  folder: string,
  node: JsonObject,
  use: (uri: string) => Promise<void>,
): Promise<void> {
  await QmpTalk.using(DAEMONS.ours("qemu-10.0"), folder, async (talk) => {
    const path = join(folder, "own.sock");
    await talk.say("nbd-server-start", { addr: { type: "unix", data: { path } } });
    const raw = { driver: "raw", "node-name": "d", discard: "unmap" };
    expect(await talk.say(...add({ ...raw, file: node }))).toMatchObject({ return: {} });
    await talk.say("block-export-add", { type: "nbd", id: "d", "node-name": "d", writable: true });
    await use(`nbd+unix:///d?socket=${path}`);
  });
}

const io = (uri: string, ...commands: readonly string[]) =>
  outputOf("qemu-io", "-f", "raw", ...commands.flatMap((each) => ["-c", each]), uri);

describe("what is on a server is there in a graph", () => {
  tools.test("of qemu-nbd: data, zeros, holes, and what was discarded", () =>
    inTemporaryFolder(async (folder) => {
      const [disk, socket] = [join(folder, "disk.qcow2"), join(folder, "n.sock")];
      runTool("qemu-img", "create", "-q", "-f", "qcow2", disk, "4M");
      runTool("qemu-io", "-f", "qcow2", "-c", "write -P 7 1M 1M", disk);
      const server = ["qemu-nbd", "-t", "-f", "qcow2", "--discard=unmap", "-k", socket, disk];
      await served(server, socket, async () => {
        const { export: ____, ...node } = nbd({ discard: "unmap" });
        await above(folder, node, async (uri) => {
          await io(uri, "read -P 7 1M 1M", "read -P 0 0 1M", "write -P 9 2M 64k");
          await io(uri, "discard 1M 64k", "write -z 1088k 64k", "flush");
          await io(uri, "read -P 0 1M 128k", "read -P 7 1152k 896k", "read -P 9 2M 64k");
          const map: { start: number; zero: boolean }[] = JSON.parse(
            await outputOf("qemu-img", "map", "--output=json", "-f", "raw", uri),
          );
          const zeros = map.map(({ start, zero }) => `${start / 65_536} ${zero}`);
          expect(zeros).toEqual(["0 true", "18 false", "33 true"]);
        });
      });
      runTool("qemu-img", "check", "-q", disk);
      runTool("qemu-io", "-f", "qcow2", "-c", "read -P 9 2M 64k", "-c", "read -P 0 1M 128k", disk);
    }),
  );

  needsTool("nbdkit", "qemu-io").test("of nbdkit, which knows no block status here", () =>
    inTemporaryFolder(async (folder) => {
      const socket = join(folder, "n.sock");
      const server = ["nbdkit", "-f", "-U", socket, "--filter=noextents", "memory", "4M"];
      await served(server, socket, () =>
        above(folder, nbd(), async (uri) => {
          await io(uri, "write -P 5 1000 100000", "read -P 5 1000 100000", "read -P 0 2M 1M");
          await io(uri, "write -z 64k 64k", "flush", "read -P 0 64k 64k", "read -P 5 1000 64000");
        }),
      );
    }),
  );

  needsTool("nbdkit", "qemu-io").test("and what the server cannot do fails, and no more", () =>
    inTemporaryFolder(async (folder) => {
      const socket = join(folder, "n.sock");
      const failing = ["--filter=error", "memory", "4M", "error=ENOSPC", "error-pwrite-rate=100%"];
      await served(["nbdkit", "-f", "-U", socket, ...failing], socket, () =>
        above(folder, nbd(), async (uri) => {
          await expect(io(uri, "write 0 64k")).rejects.toThrow("No space left on device");
          await io(uri, "read -P 0 0 64k");
        }),
      );
    }),
  );
});
