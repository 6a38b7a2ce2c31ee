/**
 * The server on real sockets: where it listens, whom it lets in, and how it lets go.
 */
import { once } from "node:events";
import fs from "node:fs";
import { createConnection, type NetConnectOpts, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { COMMAND } from "../../src/nbd/constants.ts";
import type { NbdExport } from "../../src/nbd/export.ts";
import { NbdServer } from "../../src/nbd/server.ts";
import { HeldExport } from "./held-export.ts";
import { MemoryExport } from "./memory-export.ts";
import { type Serving, serving } from "./serving.ts";
import * as wire from "./wire.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GREETING = 18;
/** of GO in the simple style: export, block sizes, ACK */
const AGREED = 32 + 34 + 20;

const clients: Socket[] = [];

function connect(options: NetConnectOpts): Socket {
  const client = createConnection({ allowHalfOpen: true, ...options });
  client.on("error", () => {});
  clients.push(client);
  return client;
}

/** All that comes until there are that many bytes, or until the end. */
function read(client: Socket, length = Number.POSITIVE_INFINITY): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let have = 0;
    const finish = () => {
      for (const event of ["end", "close"]) client.off(event, finish);
      client.off("readable", take);
      resolve(Buffer.concat(chunks));
    };
    const take = () => {
      for (let chunk = client.read(); chunk !== null; chunk = client.read()) {
        chunks.push(chunk);
        have += chunk.length;
      }
      if (have >= length) finish();
    };
    client.on("readable", take).on("end", finish).on("close", finish);
    if (client.readableEnded || client.destroyed) finish();
    else take();
  });
}

/** Serves exports while `use` lasts, and hangs up all clients then. */
const served: typeof serving = (exports, use, options) =>
  serving(
    exports,
    async (begun) => {
      try {
        return await use(begun);
      } finally {
        for (const client of clients.splice(0)) client.destroy();
      }
    },
    options,
  );

const CHOICE = wire.handshake("simple", "", []);
const flush = (cookie: bigint) => wire.request("simple", { type: COMMAND.FLUSH, cookie });

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(2);
}

describe("listening", () => {
  test("works on a path and on ports, with the same exports", async () => {
    await served([new MemoryExport(MIB)], async ({ server, socket }) => {
      const bound = await server.listen({ host: "127.0.0.1", port: 0 });
      if (!("port" in bound)) throw new Error("no port");
      for (const client of [connect({ path: socket }), connect({ ...bound })]) {
        client.write(Buffer.concat([CHOICE, flush(1n)]));
        const said = await read(client, GREETING + AGREED + 16);
        expect(said.length).toBe(GREETING + AGREED + 16);
      }
    });
  });

  test("is refused where somebody listens already", async () => {
    await served([], async ({ server, socket }) => {
      await expect(server.listen({ path: socket })).rejects.toMatchObject({
        code: "bad-argument",
        message: expect.stringContaining(socket),
      });
    });
  });

  test("ends for a client that chooses no export in time, and that time may be none", async () => {
    const offered = [new MemoryExport(MIB)];
    const greeted = async ({ socket }: Serving) =>
      void (await read(connect({ path: socket }), GREETING));
    const hungUp = async (begun: Serving) => {
      await greeted(begun);
      await until(() => begun.server.connections === 0);
    };
    await served(offered, hungUp, { handshakePatience: 50 });
    const patient = async (begun: Serving) => {
      await greeted(begun);
      await pause(100);
      expect(begun.server.connections).toBe(1);
    };
    await served(offered, patient, { handshakePatience: Number.POSITIVE_INFINITY });
  });

  test("leaves no socket behind", async () => {
    const left = await served([], async ({ socket, folder }) => [socket, join(folder, "x")]);
    expect(left.map((path) => fs.existsSync(path))).toEqual([false, false]);
  });
});

describe("exports", () => {
  const change = (changes: Partial<NbdExport>) => new MemoryExport(MIB, changes);

  test.for<[string, NbdExport]>([
    ["a name that is taken", change({})],
    ["a name that is too long", change({ name: "x".repeat(4097) })],
    ["a name with NUL", change({ name: "a\0b" })],
    ["a name that is no text", change({ name: "\ud800" })],
    ["a description that is too long", change({ name: "a", description: "x".repeat(4097) })],
    ["blocks of a size that is no power of two", change({ name: "a", blockSize: sizes(3, 4096) })],
    ["blocks that are too large", change({ name: "a", blockSize: sizes(131072, 131072) })],
    ["sizes that do not ascend", change({ name: "a", blockSize: sizes(4096, 512) })],
    ["a size that is no multiple", change({ name: "a", size: 513, blockSize: sizes(512, 512) })],
    ["a size that is no number", change({ name: "a", size: 2 ** 53 })],
    ["payloads that are too long", change({ name: "a", blockSize: sizes(1, 1, 64 * MIB) })],
  ])("cannot have %s", ([, refused]) => {
    const server = new NbdServer();
    server.add(new MemoryExport(MIB));
    expect(() => server.add(refused)).toThrow(/^NBD export '.*' refused: /s);
  });

  test("come and go by name", async () => {
    const server = new NbdServer();
    server.add(new MemoryExport(MIB));
    await expect(server.remove("none", "safe")).rejects.toThrow("no NBD export 'none'");
    await server.remove("", "safe");
    server.add(new MemoryExport(MIB));
  });

  test("are removed when their last request has ended, and not before", async () => {
    const offered = new HeldExport(MIB, () => true);
    await served([offered], async ({ server, socket }) => {
      const client = connect({ path: socket });
      client.write(Buffer.concat([CHOICE, flush(1n)]));
      await until(() => offered.held === 1);
      await expect(server.remove("", "safe")).rejects.toThrow("is in use by 1 client");
      let removed = false;
      const removal = server.remove("", "hard").then(() => {
        removed = true;
      });
      await read(client);
      expect(removed).toBe(false);
      offered.release(0);
      await removal;
      expect(server.connections).toBe(0);
    });
  });
});

function sizes(minimum: number, preferred: number, maximum = MIB): NbdExport["blockSize"] {
  return { minimum, preferred, maximum };
}

describe("clients", () => {
  test.for([2, 100])("that send %i requests and say no more are still answered", async (count) => {
    const offered = new HeldExport(MIB, () => true);
    await served([offered], async ({ socket }) => {
      const client = connect({ path: socket });
      const asked = Array.from({ length: count }, (_, cookie) => flush(BigInt(cookie)));
      client.end(Buffer.concat([CHOICE, ...asked]));
      await until(() => offered.held === Math.min(count, 64));
      await pause(20);
      for (let left = count; left > 0; left--) offered.release(left);
      expect((await read(client)).length).toBe(GREETING + AGREED + count * 16);
    });
  });

  test("that vanish leave nothing behind", async () => {
    const offered = new HeldExport(MIB, () => true);
    await served([offered], async ({ server, socket }) => {
      const client = connect({ path: socket });
      client.write(Buffer.concat([CHOICE, flush(1n)]));
      await until(() => offered.held === 1);
      client.destroy();
      await pause(20);
      expect(server.connections).toBe(1);
      offered.release(0);
      await until(() => server.connections === 0);
    });
  });

  test("beyond the limit are hung up on, and let in when there is room", async () => {
    await served(
      [new MemoryExport(MIB)],
      async ({ server, socket }) => {
        const inside = [connect({ path: socket }), connect({ path: socket })];
        for (const client of inside) expect((await read(client, GREETING)).length).toBe(GREETING);
        expect((await read(connect({ path: socket }), GREETING)).length).toBe(0);
        inside[0]?.destroy();
        await until(() => server.connections === 1);
        expect((await read(connect({ path: socket }), GREETING)).length).toBe(GREETING);
      },
      { maxConnections: 2 },
    );
  });

  test("by the thousand, idle or talking noise, do not keep others from being served", async () => {
    await served(
      [new MemoryExport(MIB)],
      async ({ socket }) => {
        const noise = Buffer.alloc(40, 0xa5);
        for (let count = 0; count < 1000; count++) {
          const client = connect({ path: socket });
          if (count % 2 === 1) client.write(noise);
          await once(client, "connect");
        }
        const client = connect({ path: socket });
        client.write(Buffer.concat([CHOICE, flush(1n)]));
        const said = await read(client, GREETING + AGREED + 16);
        expect(said.length).toBe(GREETING + AGREED + 16);
      },
      { maxConnections: 2000 },
    );
  });

  test("that fetch no replies fill no memory, and get all of them in the end", async () => {
    const size = 4 * MIB;
    const offered = new MemoryExport(size);
    await served([offered], async ({ socket }) => {
      const client = connect({ path: socket });
      client.write(CHOICE);
      const asked = { type: COMMAND.READ, cookie: 1n, length: BigInt(size) };
      for (let count = 0; count < 40; count++) client.write(wire.request("simple", asked));
      await pause(50);
      expect(offered.requests.length).toBeLessThan(10);
      const said = await read(client, GREETING + AGREED + 40 * (16 + size));
      expect(said.length).toBe(GREETING + AGREED + 40 * (16 + size));
    });
  });
});

describe("time", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("runs out for a client that chooses no export, and for no other", async () => {
    await served([new MemoryExport(MIB)], async ({ server, socket }) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const [idle, busy] = [connect({ path: socket }), connect({ path: socket })];
      busy.write(CHOICE);
      await read(busy, GREETING + AGREED);
      await read(idle, GREETING);
      vi.advanceTimersByTime(11_000);
      await read(idle);
      expect(server.connections).toBe(1);
      busy.write(flush(1n));
      expect((await read(busy, 16)).length).toBe(16);
      vi.useRealTimers();
    });
  });
});

describe("closing", () => {
  test("answers what is in flight, begins nothing more, and hangs up", async () => {
    const offered = new HeldExport(MIB, () => true);
    await served([offered], async ({ server, socket }) => {
      const client = connect({ path: socket });
      client.write(Buffer.concat([CHOICE, flush(1n)]));
      await until(() => offered.held === 1);
      const closed = server.close();
      client.write(flush(2n));
      await pause(20);
      expect(offered.held).toBe(1);
      offered.release(0);
      const said = await read(client);
      client.end();
      await closed;
      expect([said.length, server.connections]).toEqual([GREETING + AGREED + 16, 0]);
    });
  });
});
