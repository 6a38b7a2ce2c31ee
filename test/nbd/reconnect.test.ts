/**
 * A server that is lost and comes back: what was asked for meanwhile, and what had been under way.
 */
import { describe, expect, onTestFinished, test } from "vitest";
import { type NbdImage, type OpenNbdOptions, openNbd } from "../../src/nbd/nbd-storage.ts";
import { NbdServer } from "../../src/nbd/server.ts";
import { askNow } from "../storage/ask.ts";
import { scratch } from "../storage/scratch.ts";
import { HeldExport } from "./held-export.ts";
import { MemoryExport } from "./memory-export.ts";

const newPath = scratch();
const LENGTH = 4096;

/** A server that can be ended and begun again, always at the same place. */
class Host {
  readonly path = newPath();
  #server = new NbdServer();

  async begin(offered: MemoryExport): Promise<void> {
    this.#server = new NbdServer();
    this.#server.add(offered);
    await this.#server.listen({ path: this.path });
  }

  /** Ends it as if it had crashed: clients are hung up on. */
  async end(): Promise<void> {
    await this.#server.remove("", "hard");
    await this.#server.close();
  }

  async open(options: OpenNbdOptions): Promise<NbdImage> {
    const storage = await openNbd({ path: this.path }, "", options);
    onTestFinished(() => storage.close());
    return storage;
  }
}

const write = (storage: NbdImage, byte: number) =>
  askNow(storage, "write", 0, LENGTH, Buffer.alloc(LENGTH, byte));

async function byteOf(storage: NbdImage): Promise<number | string> {
  const buffer = Buffer.alloc(1);
  const { errno } = await askNow(storage, "read", LENGTH - 1, 1, buffer);
  return errno ?? buffer.readUInt8(0);
}

describe("requests that wait for a server", () => {
  test("are served when it is back, in order, and so are those under way", async () => {
    const host = new Host();
    const held = new HeldExport(LENGTH, () => true);
    await host.begin(held);
    const storage = await host.open({ reconnectDelay: 60 });
    const underWay = write(storage, 1);
    while (held.held === 0) await new Promise((end) => setImmediate(end));
    const ending = host.end();
    held.release(0);
    await ending;
    const [later, read] = [write(storage, 2), byteOf(storage)];
    const offered = new MemoryExport(LENGTH);
    await host.begin(offered);
    expect(await underWay).toMatchObject({ errno: null });
    expect(await later).toMatchObject({ errno: null });
    expect(await read).toBe(2);
    await host.end();
  });

  test("fail when they have waited too long, and others are served when it is back", async () => {
    const host = new Host();
    await host.begin(new MemoryExport(LENGTH));
    const storage = await host.open({ reconnectDelay: 1 });
    await host.end();
    expect(await byteOf(storage)).toBe("EIO");
    expect(await byteOf(storage)).toBe("EIO");
    await host.begin(new MemoryExport(LENGTH));
    while ((await byteOf(storage)) === "EIO") await new Promise((end) => setTimeout(end, 50));
    expect(await write(storage, 3)).toMatchObject({ errno: null });
    await host.end();
  });
});

test("without a delay requests fail at once, until the server is found to be back", async () => {
  const host = new Host();
  await host.begin(new MemoryExport(LENGTH));
  const storage = await host.open({});
  await host.end();
  expect(await byteOf(storage)).toBe("EIO");
  await host.begin(new MemoryExport(LENGTH));
  while ((await byteOf(storage)) === "EIO") await new Promise((end) => setTimeout(end, 50));
  expect(await byteOf(storage)).toBe(0);
  await host.end();
});

test.each([
  ["another length", new MemoryExport(LENGTH * 2)],
  ["less that may be done", new MemoryExport(LENGTH, { writable: false, trims: false })],
])("a server that comes back with %s is another one", async (_, other) => {
  const host = new Host();
  await host.begin(new MemoryExport(LENGTH));
  const storage = await host.open({ reconnectDelay: 1 });
  await host.end();
  await host.begin(other);
  expect(await byteOf(storage)).toBe("EIO");
  await host.end();
});

test("a server that is not there yet is waited for as long as one wants", async () => {
  const host = new Host();
  const opening = host.open({ openTimeout: 60 });
  await new Promise((end) => setTimeout(end, 20));
  await host.begin(new MemoryExport(LENGTH));
  expect((await opening).length).toBe(LENGTH);
  await host.end();
});
