/**
 * The same bytes offered by us and by QEMU: whoever asks is told the same of both.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { HeaderStyle } from "../../src/nbd/constants.ts";
import type { NbdExport } from "../../src/nbd/export.ts";
import { openNbd } from "../../src/nbd/nbd-storage.ts";
import { MemoryExport } from "../nbd/memory-export.ts";
import { RawClient } from "../nbd/raw-client.ts";
import { outputOf, runAside, serving } from "../nbd/serving.ts";
import * as wire from "../nbd/wire.ts";
import { ask, askNow } from "../storage/ask.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("nbdinfo", "qemu-io", "qemu-nbd");

const QEMU_NBD = "qemu-nbd";
const KIB = 1024;
const SIZE = 1024 * KIB;
/** Where the two may differ: what an address is called. */
const PLACES = ["uri", "content"];

interface Both {
  readonly ours: string;
  readonly theirs: string;
  /** what QEMU offers, and where */
  readonly image: string;
  readonly socket: string;
  readonly ownSocket: string;
}

/** Offers a file through qemu-nbd and the same bytes through us. */
function beside(
  changes: Partial<NbdExport>,
  options: readonly string[],
  use: (both: Both) => Promise<void>,
): Promise<void> {
  const offered = new MemoryExport(SIZE, changes);
  const data = Buffer.alloc(256 * KIB, 0x42);
  offered.image.execute("write", 128 * KIB, data.length, data);
  return serving([offered], async ({ folder, uri, socket: ownSocket }) => {
    const [image, socket] = [join(folder, "image"), join(folder, "qemu.sock")];
    fs.writeFileSync(image, "");
    fs.truncateSync(image, SIZE);
    const file = fs.openSync(image, "r+");
    fs.writeSync(file, data, 0, data.length, 128 * KIB);
    fs.closeSync(file);
    const common = ["-f", "raw", "-t", "-e", "8", "-k", socket, "--discard=unmap"];
    const child = spawn(QEMU_NBD, [...common, ...options, image], { stdio: "ignore" });
    try {
      await untilThere(socket, child);
      await use({
        ours: uri(changes.name),
        theirs: `nbd+unix:///${changes.name ?? ""}?socket=${socket}`,
        image,
        socket,
        ownSocket,
      });
    } finally {
      const exited = once(child, "exit");
      if (child.exitCode === null && child.kill()) await exited;
    }
  });
}

/** Resolves when somebody listens: the socket is there before that. */
async function untilThere(socket: string, child: ChildProcess): Promise<void> {
  for (;;) {
    const attempt = createConnection(socket);
    const listening = await new Promise<boolean>((resolve) => {
      attempt.on("connect", () => resolve(true)).on("error", () => resolve(false));
    });
    attempt.destroy();
    if (listening) return;
    if (child.exitCode !== null) throw new Error("qemu-nbd has ended");
    await pause(5);
  }
}

async function infoOf(uri: string, ...options: readonly string[]): Promise<unknown> {
  const text = await outputOf("nbdinfo", "--json", ...options, uri);
  return JSON.parse(text, (key, value) => (PLACES.includes(key) ? undefined : value));
}

test("nbdinfo finds the same export", async () => {
  await beside({}, [], async ({ ours, theirs }) => {
    expect(await infoOf(ours)).toEqual(await infoOf(theirs));
  });
});

test("nbdinfo finds the same export with a name and a description", async () => {
  const named = { name: "disk", description: "a disk" };
  await beside(named, ["-x", "disk", "-D", "a disk"], async ({ ours, theirs }) => {
    expect(await infoOf(ours)).toEqual(await infoOf(theirs));
    expect(await infoOf(ours, "--list")).toEqual(await infoOf(theirs, "--list"));
  });
});

test("nbdinfo finds the same read-only export", async () => {
  await beside({ writable: false, trims: false }, ["-r"], async ({ ours, theirs }) => {
    expect(await infoOf(ours)).toEqual(await infoOf(theirs));
  });
});

test("nbdinfo and qemu-img find the same map", async () => {
  await beside({}, [], async ({ ours, theirs }) => {
    expect(await infoOf(ours, "--map")).toEqual(await infoOf(theirs, "--map"));
    const maps = [ours, theirs].map((uri) => outputOf("qemu-img", "map", "--output=json", uri));
    const [one, other] = await Promise.all(maps);
    expect(one).toBe(other);
  });
});

test("qemu-io gets the same answers", async () => {
  const commands = [
    "read -P 0x42 128k 256k",
    "read -v 127k 2k",
    "write -P 1 0 512",
    "write -P 2 1048064 512",
    "write -z 128k 4k",
    "write -z -u 256k 64k",
    "discard 192k 64k",
    "read -v 126k 4k",
    "read -v 1047k 1k",
    "flush",
    "map",
  ].flatMap((command) => ["-c", command]);
  await beside({}, [], async ({ ours, theirs }) => {
    const ask = (uri: string) => runAside("qemu-io", "-d", "unmap", "-f", "raw", ...commands, uri);
    const [one, other] = [await ask(ours), await ask(theirs)];
    const timeless = (text: string) => text.replace(/.*ops; .*\n/g, "");
    expect(timeless(one.output)).toBe(timeless(other.output));
    expect(one.status).toBe(other.status);
  });
});

/** Requests in and out of range, with flags that they have and have not. */
function* probes(): Generator<wire.TestRequest> {
  let cookie = 0n;
  const end = BigInt(SIZE);
  const ranges = [
    [0n, 4096n],
    [4095n, 2n],
    [131072n, 65536n],
    [end - 512n, 512n],
    [end - 512n, 513n],
    [end, 1n],
    [1n << 40n, 512n],
    [(1n << 63n) - 512n, 512n],
  ] as const;
  for (const type of [0, 1, 4, 5, 6, 7, 8, 99]) {
    for (const [offset, length] of ranges) {
      for (const flags of [0, 1, 2, 4, 8, 16, 64]) {
        const payload = type === 1 ? { payload: Buffer.alloc(Number(length), flags) } : {};
        yield { type, flags, cookie: ++cookie, offset, length, ...payload };
      }
    }
  }
  yield { type: 3, cookie: ++cookie };
  yield { type: 0, cookie: ++cookie, length: BigInt(32 * KIB * KIB + 1) };
}

/**
 * Errors that ours tells apart where QEMU's server answers EINVAL to whatever it refuses before it
 * has begun it (nbd/server.c, `nbd_trip`), although the specification asks for these.
 */
const TOLD_APART = [1, 28];

/** What a server says to each probe: its error, and what it tells or shows. */
async function answersOf(socket: string, style: HeaderStyle): Promise<string[]> {
  const client = await RawClient.open(socket, style, ["base:allocation"]);
  const said: string[] = [];
  for (const { type, flags = 0, offset = 0n, length = 0n, ...probe } of probes()) {
    const answer = await client.ask({ type, flags, offset, length, ...probe });
    const result = answer === null ? "hangs up" : `${plainError(answer)} ${digestOf(answer)}`;
    said.push(`${style} command ${type}, flags ${flags}, ${length} at ${offset}: ${result}`);
    if (answer === null) break;
  }
  client.close();
  return said;
}

const plainError = ({ error }: wire.Answered) => (TOLD_APART.includes(error) ? 22 : error);

function digestOf({ data, statuses }: wire.Answered): string {
  const digest = data === null ? "" : createHash("sha1").update(data).digest("hex").slice(0, 8);
  return [digest, JSON.stringify([...statuses])].join(" ");
}

for (const style of ["simple", "structured"] as const) {
  test(`every request is answered alike, with ${style} replies`, async () => {
    for (const changes of [{}, { writable: false, trims: false }]) {
      const options = "writable" in changes ? ["-r"] : [];
      await beside(changes, options, async ({ socket, ownSocket }) => {
        expect(await answersOf(ownSocket, style)).toEqual(await answersOf(socket, style));
      });
    }
  });
}

/** Options as they are and as they are not to be. The name of the export is empty. */
const OPTIONS: readonly (readonly [number, Buffer])[] = [
  [0, Buffer.alloc(0)],
  [3, Buffer.alloc(0)],
  [3, Buffer.of(0)],
  [4, Buffer.alloc(0)],
  [5, Buffer.alloc(0)],
  [5, Buffer.of(1)],
  [6, wire.infoPayload("")],
  [6, wire.infoPayload("", [0, 1, 2, 3, 99])],
  [6, wire.infoPayload("none")],
  [6, wire.infoPayload("").subarray(0, 5)],
  [6, Buffer.concat([wire.infoPayload(""), Buffer.of(0)])],
  [6, Buffer.alloc(0)],
  [6, Buffer.alloc(4, 0xff)],
  [8, Buffer.alloc(0)],
  [8, Buffer.of(1)],
  [9, wire.contextPayload("", [])],
  [10, wire.contextPayload("", ["base:allocation"])],
  [77, Buffer.alloc(0)],
  [77, Buffer.alloc(20_000)],
];

/**
 * The same after structured replies were agreed on. Without bytes behind the last query: QEMU 7.2
 * leaves them, and takes them for the next option.
 */
const CONTEXT_OPTIONS: readonly (readonly [number, Buffer])[] = [
  [8, Buffer.alloc(0)],
  [9, wire.contextPayload("", [])],
  [9, wire.contextPayload("", ["base:"])],
  [9, wire.contextPayload("", ["base:allocation", "base:allocation"])],
  [9, wire.contextPayload("", ["base:none", "none", "qemu:dirty-bitmap:none"])],
  [9, wire.contextPayload("none", [])],
  [9, wire.contextPayload("", []).subarray(0, 6)],
  [10, wire.contextPayload("", [])],
  [10, wire.contextPayload("", ["base:"])],
  [10, wire.contextPayload("", ["none:such", "base:allocation"])],
];

test("every option is answered alike", async () => {
  const abort = wire.option(2);
  const structured = wire.option(8);
  const tries = [
    ...OPTIONS.map(([number, payload]) => [wire.option(number, payload)]),
    ...CONTEXT_OPTIONS.map(([number, payload]) => [structured, wire.option(number, payload)]),
  ];
  await beside({}, [], async ({ socket, ownSocket }) => {
    for (const options of tries) {
      const said = Buffer.concat([wire.word32(3), ...options, abort]);
      const [ours, theirs] = [
        await RawClient.say(ownSocket, said),
        await RawClient.say(socket, said),
      ];
      expect({ said, answers: ours.map(outlineOf) }).toEqual({
        said,
        answers: theirs.map(outlineOf),
      });
    }
  });
});

/** A reply to an option; of an error only what kind it is, as the text is for people. */
function outlineOf({ option, type, payload }: wire.OptionAnswer): string {
  return [option, type, type > 0x8000_0000 ? "" : payload.toString("hex")].join(" ");
}

test("an export of QEMU's is an image of ours", async () => {
  await beside({}, [], async ({ image, socket }) => {
    const storage = await openNbd({ path: socket }, "");
    expect(storage.length).toBe(SIZE);
    const status = async (offset: number) => {
      const { status, bytes } = await askNow(storage, "block-status", offset, SIZE - offset);
      return `${status} ${bytes}`;
    };
    expect([await status(0), await status(128 * KIB)]).toEqual([
      `zero ${128 * KIB}`,
      `data ${256 * KIB}`,
    ]);
    const model = fs.readFileSync(image);
    const ended = [];
    for (let count = 0; count < 200; count++) {
      const offset = (count * 7919 * 512) % SIZE;
      const length = Math.min(SIZE - offset, 1 + ((count * 104729) % (64 * KIB)));
      if (count % 3 === 0) {
        ended.push(ask(storage, "discard", offset, length));
        model.fill(0, offset, offset + length);
      } else {
        const bytes = Buffer.alloc(length, count);
        ended.push(ask(storage, "write", offset, length, bytes));
        bytes.copy(model, offset);
      }
    }
    ended.push(ask(storage, "flush"));
    storage.kick();
    for (const { errno } of await Promise.all(ended)) expect(errno).toBe(null);
    const whole = Buffer.alloc(SIZE);
    await askNow(storage, "read", 0, SIZE, whole);
    expect(whole.equals(model)).toBe(true);
    expect(fs.readFileSync(image).equals(model)).toBe(true);
    storage.close();
  });
});
