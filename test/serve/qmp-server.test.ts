/**
 * Whatever many clients do at once on the QMP socket (begin documents and never end them, nest them
 * deeply, send slowly, ask without reading), what is kept for them stays within its limit, and
 * a client that behaves is answered.
 *
 * QMP_SOCKET_CASES=1000 makes it a long run.
 */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { expect, test } from "vitest";
import { QmpServer } from "../../src/serve/qmp-server.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const CASES = Number(process.env.QMP_SOCKET_CASES ?? "15");
const KIB = 1024;
const HELD_MAX = 4 * KIB * KIB;
const PATIENCE = 120_000;

const NEGOTIATION = '{"execute": "qmp_capabilities"}';
const QUESTION = '{"execute": "query-version", "id": 1}';

/** What a client sends, once or in pieces; it never reads. */
type Nuisance = readonly string[];

const nuisance: fc.Arbitrary<Nuisance> = fc.oneof(
  fc.constant(['{"execute": "query-ver']),
  fc.integer({ min: 1, max: 3000 }).map((kib) => [`{"execute": "${"x".repeat(kib * KIB)}`]),
  fc.integer({ min: 1, max: 2000 }).map((depth) => ["[".repeat(depth), "]".repeat(depth)]),
  fc.integer({ min: 1, max: 5000 }).map((count) => [NEGOTIATION, QUESTION.repeat(count)]),
  fc.integer({ min: 1, max: 50 }).map((count) => [...QUESTION.slice(0, count)]),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => [Buffer.from(bytes).toString("latin1")]),
);

async function using(use: (server: QmpServer, path: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "qmp.sock");
    const answer = { return: { text: "a".repeat(1000) } };
    const execute = () => Promise.resolve(answer);
    const server = await QmpServer.listen({ path, version: {}, execute, heldMax: HELD_MAX });
    try {
      await use(server, path);
    } finally {
      await server.close();
    }
  });
}

async function connect(path: string): Promise<Socket> {
  const socket = createConnection(path);
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Sends all of it, however long that takes, or until it is let go. */
async function annoy(path: string, pieces: Nuisance): Promise<Socket> {
  const socket = await connect(path);
  socket.pause();
  for (const piece of pieces) {
    if (!socket.writable) break;
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return socket;
}

/** What a client that behaves is answered. */
async function ask(path: string): Promise<unknown> {
  const socket = await connect(path);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  await lines.next();
  socket.write(NEGOTIATION);
  await lines.next();
  socket.write(QUESTION);
  const { value } = await lines.next();
  socket.destroy();
  return JSON.parse(value).id;
}

test(
  "clients of all kinds keep nobody from being answered, and do not pile up",
  async () => {
    const crowds = fc.array(nuisance, { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(crowds, async (crowd) => {
        await using(async (server, path) => {
          const sockets = await Promise.all(crowd.map((each) => annoy(path, each)));
          expect(await ask(path)).toBe(1);
          server.event("EVENT", { text: "b".repeat(10_000) }, 0);
          expect(server.held).toBeLessThanOrEqual(HELD_MAX);
          expect(await ask(path)).toBe(1);
          for (const socket of sockets) socket.destroy();
          while (server.clients > 0) await new Promise((resolve) => setImmediate(resolve));
          expect(server.held).toBe(0);
        });
      }),
      { numRuns: CASES },
    );
  },
  CASES * 20_000,
);

test(
  "a thousand connections that have begun to speak leave room for one more",
  async () => {
    await using(async (server, path) => {
      const begun = [`{"execute": "${"x".repeat(3 * KIB)}`];
      const sockets: Socket[] = [];
      for (let at = 0; at < 1000; at++) sockets.push(await annoy(path, begun));
      expect(await ask(path)).toBe(1);
      expect(server.clients).toBeGreaterThanOrEqual(1000);
      for (const socket of sockets) socket.destroy();
    });
  },
  PATIENCE,
);

test(
  "who goes over what there is for all is let go, and the others stay",
  async () => {
    await using(async (server, path) => {
      const quiet = await annoy(path, ['{"execute": "query-ver']);
      const long = `{"execute": "${"x".repeat((3 * HELD_MAX) / 4)}`;
      const sockets = [await annoy(path, [long]), await annoy(path, [long])];
      while (server.clients > 2) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await ask(path)).toBe(1);
      expect(server.held).toBeLessThanOrEqual(HELD_MAX);
      expect(quiet.destroyed).toBe(false);
      for (const socket of [quiet, ...sockets]) socket.destroy();
    });
  },
  PATIENCE,
);
