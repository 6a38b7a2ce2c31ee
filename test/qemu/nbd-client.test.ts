/**
 * What the client says to a server, byte by byte, and what it makes of the answers.
 */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isNbdRequest, nbdRequest } from "../../src/qemu/nbd-client.ts";
import type { IoRequest } from "../../src/qemu/qemu-io.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const GREETING = Buffer.concat([Buffer.from("NBDMAGICIHAVEOPT"), Buffer.from([0, 3])]);
/** A length of 4 KiB, and some flags. */
const EXPORT = Buffer.from("00000000000010000ded", "hex");
const HANDLE = "0000000000000000";

const reply = (errno: number, data = "") =>
  Buffer.concat([
    Buffer.from(`67446698${errno.toString(16).padStart(8, "0")}${HANDLE}`, "hex"),
    Buffer.from(data),
  ]);

interface Scripted {
  /** what the server answers to the request, in pieces; null: it goes away */
  readonly pieces: readonly Buffer[] | null;
  readonly request: IoRequest;
  readonly payload?: Uint8Array;
}

/** Makes a request of a server that answers as it is told. @returns what it was sent, too */
function asked({ pieces, request, payload }: Scripted) {
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, "nbd.sock");
    const heard: Buffer[] = [];
    const server = createServer((socket) => {
      serve(socket, heard, pieces);
    });
    server.listen(path);
    await once(server, "listening");
    try {
      const result = await nbdRequest(path, "view", request, payload ?? null);
      return { result, heard: Buffer.concat(heard).toString("hex") };
    } finally {
      server.close();
    }
  });
}

/** Greets, hears who is wanted, tells of it, hears the request, and answers it. */
function serve(socket: Socket, heard: Buffer[], pieces: readonly Buffer[] | null): void {
  const turns = [
    () => void socket.write(EXPORT),
    () => {
      if (pieces === null) socket.end();
      else for (const piece of pieces) socket.write(piece);
    },
  ];
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    heard.push(chunk);
    turns.shift()?.();
  });
  socket.write(GREETING);
}

const HANDSHAKE = "00000003" + "49484156454f5054" + "00000001" + "00000004" + "76696577";
const DISCONNECT = `2560951300000002${HANDLE}000000000000000000000000`;
const read: IoRequest = { operation: "read", offset: 4096, length: 6 };

test("a read is one request, and its bytes come in whatever pieces", async () => {
  const whole = reply(0, "abcdef");
  for (const cut of [0, 3, 16, 19]) {
    const pieces = [whole.subarray(0, cut), whole.subarray(cut)];
    const { result, heard } = await asked({ pieces, request: read });
    expect(result.error).toBeNull();
    expect(Buffer.from(result.data).toString()).toBe("abcdef");
    const asking = `2560951300000000${HANDLE}000000000000100000000006`;
    expect(heard).toBe(HANDSHAKE + asking + DISCONNECT);
  }
});

test.each<[IoRequest["operation"], string]>([
  ["write", "25609513000000010000000000000000000000000000020000000002beef"],
  ["flush", "25609513000000030000000000000000000000000000020000000002"],
  ["discard", "25609513000000040000000000000000000000000000020000000002"],
  // With the flag that says to make no hole.
  ["write-zeroes", "25609513000200060000000000000000000000000000020000000002"],
])("a %s is what the protocol says", async (operation, asking) => {
  const request = { operation, offset: 512, length: 2 };
  const payload = Buffer.from("beef", "hex");
  const scripted = { pieces: [reply(0)], request };
  const { result, heard } = await asked(
    operation === "write" ? { ...scripted, payload } : scripted,
  );
  expect(result).toMatchObject({ error: null, data: { length: 0 } });
  expect(heard).toBe(HANDSHAKE + asking + DISCONNECT);
});

test.each<[string, readonly Buffer[] | null, string]>([
  ["an error that it knows", [reply(28)], "No space left on device"],
  ["an error that it does not know", [reply(108)], "NBD error 108"],
  ["a server that goes away", null, "no answer"],
  ["an answer of another kind", [Buffer.alloc(16)], "no answer"],
])("%s is told", async (_, pieces, error) => {
  const { result } = await asked({ pieces, request: read });
  expect(result).toMatchObject({ error, data: { length: 0 } });
});

test("a server that is not there gives no answer", async () => {
  const result = await nbdRequest("/nowhere/nbd.sock", "view", read, null);
  expect(result.error).toBe("no answer");
});

test("what the protocol has no request for is known before", () => {
  expect(isNbdRequest(read)).toBe(true);
  expect(isNbdRequest({ ...read, operation: "block-status" })).toBe(false);
  expect(isNbdRequest({ operation: "discard", offset: 0, length: 2 ** 32 })).toBe(false);
});
