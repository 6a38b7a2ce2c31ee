/**
 * A socket that stands in for an accepted one carries the same bytes, both ways, however slow its
 * peer is, and whatever the system refuses.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { directSocket } from "../../src/nbd/direct-socket.ts";
import { loadLibc } from "../../src/storage/libc.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const MIB = 1024 * 1024;

afterEach(() => vi.restoreAllMocks());

function loadedLibc() {
  const libc = loadLibc();
  if (libc === null) throw new Error("the C library cannot be loaded");
  return libc;
}

/** A connection, of which one end was replaced. */
function connected<T>(
  use: (client: Socket, replaced: Socket, received: () => Buffer) => Promise<T>,
): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, "socket");
    const listener = createServer().listen({ path });
    await once(listener, "listening");
    const accepted = once(listener, "connection");
    const client = connect({ path });
    const [socket] = await accepted;
    const room = Buffer.alloc(1000);
    const chunks: Buffer[] = [];
    const replaced = directSocket(socket, {
      room: () => room,
      received: (bytes) => chunks.push(Buffer.from(room.subarray(0, bytes))),
    });
    try {
      if (replaced === null) throw new Error("the accepted socket was not replaced");
      return await use(client, replaced, () => Buffer.concat(chunks));
    } finally {
      client.destroy();
      replaced?.destroy();
      listener.close();
    }
  });
}

/** Different at each place. */
function content(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(at, at);
  return bytes;
}

async function readAll(client: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of client) {
    chunks.push(chunk);
    read += chunk.length;
    if (read >= length) break;
  }
  return Buffer.concat(chunks);
}

describe("a socket that stands in", () => {
  test("takes in what a client sends", async () => {
    const sent = content(100_000);
    await connected(async (client, replaced, received) => {
      client.end(sent);
      await once(replaced, "end");
      expect(received().equals(sent)).toBe(true);
    });
  });

  test("keeps what a client does not fetch, beyond what the system takes", async () => {
    const sent = content(16 * MIB);
    await connected(async (client, replaced) => {
      replaced.write(sent);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(replaced.writableLength).toBeGreaterThan(0);
      expect((await readAll(client, sent.length)).equals(sent)).toBe(true);
    });
  });

  test("works as well where the system does not let it take more", async () => {
    const refused = vi.spyOn(loadedLibc(), "sendBuffer").mockReturnValue(-1);
    const sent = content(4 * MIB);
    await connected(async (client, replaced) => {
      replaced.write(sent);
      expect((await readAll(client, sent.length)).equals(sent)).toBe(true);
    });
    expect(refused).toHaveBeenCalled();
  });

  test("is not made where descriptors have run out, and the accepted one goes on", async () => {
    vi.spyOn(loadedLibc(), "duplicate").mockReturnValue(-24);
    await expect(connected(async () => {})).rejects.toThrow("was not replaced");
  });
});
