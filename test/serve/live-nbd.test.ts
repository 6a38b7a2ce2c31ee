/**
 * Exports of other servers in a live graph: connected to before the command that names them, while
 * all else goes on, and let go of with the last node that is on them.
 */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { LiveGraph } from "../../src/serve/live-graph.ts";
import { LiveImages } from "../../src/serve/live-images.ts";
import { MemoryExport } from "../nbd/memory-export.ts";
import { serving } from "../nbd/serving.ts";

const LENGTH = 1024 * 1024;

function makeLive() {
  const images = new LiveImages();
  const live = new LiveGraph({
    ...{ images, sink: null, clusterSize: 65_536, profile: profile("qemu-10.0") },
    changed: () => {},
    crashed(error) {
      throw error;
    },
  });
  const execute = async (execute: string, args: JsonObject) =>
    (await live.execute({ execute, arguments: args })).refusal;
  return { images, live, execute };
}

const node = (name: string, path: string): JsonObject => ({
  ...{ driver: "nbd", "node-name": name, server: { type: "unix", path } },
});

test("two nodes share a connection, and the last of them closes it", () =>
  serving([new MemoryExport(LENGTH)], async ({ server, socket }) => {
    const { images, live, execute } = makeLive();
    for (const name of ["a", "b"]) {
      expect(await execute("blockdev-add", node(name, socket))).toBeNull();
    }
    expect([server.connections, images.lengths.size]).toEqual([1, 1]);
    expect(await execute("blockdev-add", node("a", socket))).toContain("Duplicate nodes");
    expect(await execute("blockdev-del", { "node-name": "a" })).toBeNull();
    expect(server.connections).toBe(1);
    expect(await execute("blockdev-del", { "node-name": "b" })).toBeNull();
    expect(images.lengths.size).toBe(0);
    while (server.connections > 0) await new Promise((end) => setImmediate(end));
    live.stop();
  }));

test("a graph goes on while a server lets it wait, and commands keep their order", () =>
  serving([new MemoryExport(LENGTH)], async ({ folder, socket }) => {
    const { images, live, execute } = makeLive();
    await execute("blockdev-add", node("disk", socket));
    const offered = { type: "nbd", id: "guest", "node-name": "disk", writable: true };
    await execute("block-export-add", offered);
    const silent = createServer();
    const came = once(silent, "connection");
    const slow = join(folder, "slow.sock");
    await once(silent.listen(slow), "listening");
    const answers: string[] = [];
    const told = (what: string) => (refusal: string | null) =>
      void answers.push(`${what} ${refusal}`);
    const first = execute("blockdev-add", node("slow", slow)).then(told("add"));
    const second = execute("block-export-del", { id: "none" }).then(told("del"));
    const [client]: Socket[] = await came;
    const buffer = Buffer.alloc(4096);
    const errno = await new Promise((done) => {
      live.submit({
        ...{ through: "guest", operation: "read", offset: 0, length: 4096, buffer },
        done: (outcome) => done(outcome.errno),
      });
    });
    expect([errno, answers]).toEqual([null, []]);
    client?.destroy();
    await Promise.all([first, second]);
    expect(answers).toEqual(["add the server hung up", "del Export 'none' is not found"]);
    await live.idle();
    live.stop();
    images.close();
    silent.close();
  }));
