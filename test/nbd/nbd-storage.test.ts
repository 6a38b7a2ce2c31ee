/**
 * The contract of every storage, kept by exports of our server; and what a server may do to it.
 */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAGIC } from "../../src/nbd/constants.ts";
import type { NbdExport } from "../../src/nbd/export.ts";
import { openNbd } from "../../src/nbd/nbd-storage.ts";
import { NbdServer } from "../../src/nbd/server.ts";
import { ask, askNow } from "../storage/ask.ts";
import { storageContract } from "../storage/contract.ts";
import { scratch } from "../storage/scratch.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { HeldExport } from "./held-export.ts";
import { MemoryExport } from "./memory-export.ts";
import { serving } from "./serving.ts";
import * as wire from "./wire.ts";

const newPath = scratch();
const OPTION_HEADER = 16;
/** bytes of an answer that ends in the middle of it */
const HALF = 21;

/** A maker of exports of our own server, each with a name of its own. */
function exporter(changes: Partial<NbdExport>) {
  const server = new NbdServer({ maxConnections: 10_000 });
  let path = "";
  let count = 0;
  beforeAll(async () => {
    path = newPath();
    await server.listen({ path });
  });
  afterAll(() => server.close());
  return async (length: number) => {
    const name = `image ${count++}`;
    const offered = new MemoryExport(length, { name, ...changes });
    server.add(offered);
    return { storage: await openNbd({ path }, name), bytes: () => offered.image.content };
  };
}

describe("an export", () => {
  storageContract(exporter({}), { holes: true });
});

describe("an export with small payloads, that does not tell of holes", () => {
  const blockSize = { minimum: 1, preferred: 512, maximum: 4096 };
  storageContract(exporter({ blockSize, contexts: [] }), { holes: false });
});

test("what is not there is refused with its name and its place", async () => {
  await serving([new MemoryExport(512)], async ({ socket }) => {
    const refused = openNbd({ path: socket }, "none");
    await expect(refused).rejects.toThrow(`NBD export 'none' at ${socket}: it refuses`);
    await expect(openNbd({ path: `${socket}.none` }, "")).rejects.toThrow("ENOENT");
  });
});

test("a read-only export is not written to", async () => {
  await serving([new MemoryExport(512, { writable: false, trims: false })], async ({ socket }) => {
    const storage = await openNbd({ path: socket }, "");
    const write = await askNow(storage, "write", 0, 1, Buffer.alloc(1));
    const discard = await askNow(storage, "discard", 0, 1);
    expect([write.errno, discard.errno]).toEqual(["EPERM", "EPERM"]);
    expect(await askNow(storage, "read", 0, 1, Buffer.alloc(1))).toMatchObject({ errno: null });
    storage.close();
  });
});

test("what an export does not allow fails, and harms nothing", async () => {
  const offered = new MemoryExport(512, { writable: false });
  await serving([offered], async ({ socket }) => {
    const storage = await openNbd({ path: socket }, "");
    expect(await askNow(storage, "discard", 0, 1)).toMatchObject({ errno: "EPERM" });
    expect(await askNow(storage, "read", 0, 1, Buffer.alloc(1))).toMatchObject({ errno: null });
    storage.close();
  });
});

test("when the connection is lost, everything fails", async () => {
  const offered = new HeldExport(512, (count) => count > 0);
  await serving([offered], async ({ server, socket }) => {
    const storage = await openNbd({ path: socket }, "");
    expect(await askNow(storage, "flush")).toMatchObject({ errno: null });
    const asked = [ask(storage, "write", 0, 9, Buffer.alloc(9)), ask(storage, "discard", 5, 9)];
    storage.kick();
    while (offered.held === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const removed = server.remove("", "hard");
    for (const { errno } of await Promise.all(asked)) expect(errno).toBe("EIO");
    expect(await askNow(storage, "flush")).toMatchObject({ errno: "EIO" });
    offered.release(0);
    await removed;
    storage.close();
  });
});

/** What comes in, in pieces. */
async function* pieces(socket: Socket) {
  let rest = Buffer.alloc(0);
  let wanted: number = yield rest;
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= wanted) {
      const piece = rest.subarray(0, wanted);
      rest = rest.subarray(wanted);
      wanted = yield piece;
    }
  }
}

const info = (number: number, payload: Buffer) =>
  Buffer.concat([
    ...[wire.word64(MAGIC.OPTION_REPLY), wire.word32(number), wire.word32(3)],
    ...[wire.word32(payload.length), payload],
  ]);
const ack = (number: number) =>
  Buffer.concat([
    ...[wire.word64(MAGIC.OPTION_REPLY), wire.word32(number), wire.word32(1), wire.word32(0)],
  ]);
const GREETING = Buffer.concat([
  ...[wire.word64(MAGIC.GREETING), wire.word64(MAGIC.OPTION), Buffer.of(0, 3)],
]);
const EXPORT = Buffer.concat([Buffer.alloc(2), wire.word64(512n), Buffer.of(0, 5)]);

/** A server that agrees to all, and answers the first request with these bytes. */
async function misbehaving(answer: Buffer, use: (path: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "socket");
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      // The client hangs up on it: that ends the reading.
      answerOnce(socket, answer).catch(() => undefined);
    });
    server.listen(path);
    await once(server, "listening");
    try {
      await use(path);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
}

async function answerOnce(socket: Socket, answer: Buffer): Promise<void> {
  const input = pieces(socket);
  const take = async (length: number) => (await input.next(length)).value ?? Buffer.alloc(0);
  await take(0);
  socket.write(GREETING);
  await take(4);
  for (let number = 0; number !== 7; ) {
    const header = await take(OPTION_HEADER);
    number = header.readUInt32BE(8);
    await take(header.readUInt32BE(12));
    socket.write(Buffer.concat(number === 7 ? [info(7, EXPORT), ack(7)] : [ack(number)]));
  }
  await take(28);
  socket.write(answer);
  if (answer.length === HALF) socket.end();
}

/** A chunk of a structured reply to the first request. */
const chunk = (flags: number, type: number, ...parts: readonly Buffer[]) => {
  const body = Buffer.concat(parts);
  const head = [wire.word32(MAGIC.STRUCTURED_REPLY), Buffer.of(0, flags, type >> 8, type)];
  return Buffer.concat([...head, wire.word64(1n), wire.word32(body.length), body]);
};
const at = (offset: bigint) => wire.word64(offset);

describe("a server that breaks the protocol is let go of", () => {
  test.for<[string, Buffer]>([
    ["noise", Buffer.alloc(16, 7)],
    ["a reply to nothing", chunk(1, 0).fill(9, 8, 16)],
    ["a simple reply with data", Buffer.from(`67446698${"00".repeat(11)}01`, "hex")],
    ["data before what was asked for", chunk(1, 1, at(15n), Buffer.alloc(16))],
    ["data beyond what was asked for", chunk(1, 1, at(17n), Buffer.alloc(16))],
    ["too much data", chunk(1, 1, at(16n), Buffer.alloc(17))],
    ["too little data", chunk(1, 1, at(16n), Buffer.alloc(15))],
    ["no data", chunk(1, 0)],
    ["a chunk of data without any", chunk(1, 1, at(16n))],
    ["a hole that is too long", chunk(1, 2, at(16n), wire.word32(17))],
    ["block status instead of data", chunk(1, 5, wire.word32(0), wire.word32(16), wire.word32(0))],
    ["an unknown chunk", chunk(1, 77)],
    ["an error that is no whole one", chunk(1, 0x8001, Buffer.alloc(2))],
    ["half a reply", chunk(0, 1, at(16n), Buffer.alloc(16)).subarray(0, HALF)],
  ])("%s", async ([, answer]) => {
    await misbehaving(answer, async (path) => {
      const storage = await openNbd({ path }, "");
      const read = ask(storage, "read", 16, 16, Buffer.alloc(16));
      storage.kick();
      expect(await read).toMatchObject({ errno: "EIO" });
      expect(await askNow(storage, "flush")).toMatchObject({ errno: "EIO" });
      storage.close();
    });
  });

  test("but not one that sends data and holes in pieces, or an error it explains", async () => {
    const hole = chunk(0, 2, at(16n), wire.word32(8));
    const data = chunk(1, 1, at(24n), Buffer.alloc(8, 7));
    await misbehaving(Buffer.concat([hole, data]), async (path) => {
      const storage = await openNbd({ path }, "");
      const buffer = Buffer.alloc(16, 1);
      expect(await askNow(storage, "read", 16, 16, buffer)).toMatchObject({ errno: null });
      expect(buffer.toString("hex")).toBe("00".repeat(8) + "07".repeat(8));
    });
    const error = chunk(1, 0x8001, wire.word32(28), Buffer.of(0, 2), Buffer.from("no"));
    await misbehaving(error, async (path) => {
      const storage = await openNbd({ path }, "");
      const read = askNow(storage, "read", 16, 16, Buffer.alloc(16));
      expect(await read).toMatchObject({ errno: "ENOSPC" });
    });
  });
});
