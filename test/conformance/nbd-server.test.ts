/**
 * Our NBD server before clients that nobody here wrote: libnbd's tools and QEMU's.
 */
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { NbdExport } from "../../src/nbd/export.ts";
import { HeldExport } from "../nbd/held-export.ts";
import { MemoryExport } from "../nbd/memory-export.ts";
import { outputOf, runAside, type Serving, serving } from "../nbd/serving.ts";
import { needsTool } from "../tools/needs-tool.ts";

const { test } = needsTool("nbdinfo", "nbdcopy", "qemu-img", "qemu-io");

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes that differ everywhere, with a hole in the middle. */
function sample(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  return bytes.fill(0, size >> 2, size >> 1);
}

function filled(size: number, changes: Partial<NbdExport> = {}): MemoryExport {
  const made = new MemoryExport(size, changes);
  const bytes = sample(size);
  made.image.execute("write", 0, size, bytes);
  made.image.execute("discard", size >> 2, size >> 2, null);
  return made;
}

const io = (uri: string, ...commands: readonly string[]) =>
  runAside(
    "qemu-io",
    ...[
      "-t",
      "writeback",
      "-d",
      "unmap",
      "-f",
      "raw",
      ...commands.flatMap((one) => ["-c", one]),
      uri,
    ],
  );

const jsonOf = async (...args: readonly string[]) =>
  JSON.parse(await outputOf("nbdinfo", "--json", ...args));

test("nbdinfo is told size, flags, block sizes and contexts", async () => {
  const offered = new MemoryExport(3 * MIB, { name: "disk", description: "a disk" });
  await serving([offered], async ({ uri }) => {
    const { exports, ...rest } = await jsonOf(uri("disk"));
    expect(rest).toMatchObject({ protocol: "newstyle-fixed", TLS: false, structured: true });
    expect(exports[0]).toMatchObject({
      "export-name": "disk",
      description: "a disk",
      contexts: ["base:allocation"],
      is_read_only: false,
      can_cache: true,
      can_df: true,
      can_fast_zero: true,
      can_flush: true,
      can_fua: true,
      can_multi_conn: true,
      can_trim: true,
      can_zero: true,
      block_size_minimum: 1,
      block_size_preferred: 4096,
      block_size_maximum: 32 * MIB,
      "export-size": 3 * MIB,
    });
  });
});

test("nbdinfo lists all exports", async () => {
  const names = ["", "one", "zwei \u00fc"];
  const all = names.map((name) => new MemoryExport(MIB, { name }));
  await serving(all, async ({ uri }) => {
    const { exports } = await jsonOf("--list", uri());
    expect(exports.map((one: Record<string, unknown>) => one["export-name"])).toEqual(names);
  });
});

test("nbdinfo and qemu-img map the holes", async () => {
  await serving([filled(4 * MIB)], async ({ uri }) => {
    const map = await jsonOf("--map", uri());
    expect(map).toEqual([
      { offset: 0, length: MIB, type: 0, description: "data" },
      { offset: MIB, length: MIB, type: 3, description: "hole,zero" },
      { offset: 2 * MIB, length: 2 * MIB, type: 0, description: "data" },
    ]);
    const entries = JSON.parse(await outputOf("qemu-img", "map", "--output=json", uri()));
    expect(entries).toMatchObject([
      { start: 0, length: MIB, zero: false },
      { start: MIB, length: MIB, zero: true },
      { start: 2 * MIB, length: 2 * MIB, zero: false },
    ]);
  });
});

test("qemu-io reads, writes, zeroes, discards and flushes", async () => {
  const offered = filled(4 * MIB);
  await serving([offered], async ({ uri }) => {
    const { status, output } = await io(
      uri(),
      "write -P 7 1M 128k",
      "read -P 7 1M 128k",
      "write -z 2M 64k",
      "write -z -u 2112k 64k",
      "read -P 0 2M 128k",
      "write -f -P 3 3M 4k",
      "write -z -f 3080k 4k",
      "discard 3076k 4k",
      "read -P 3 3M 4k",
      "flush",
    );
    expect(output).not.toMatch(/error|failed|verification/i);
    expect(status).toBe(0);
  });
  expect(new Set(offered.requests)).toEqual(
    new Set([
      "read",
      "write",
      "write-zeroes",
      "write-zeroes may-unmap",
      "write stable",
      "write-zeroes stable",
      "discard",
      "flush",
    ]),
  );
});

test("nbdcopy and qemu-img carry an image in and out, unchanged", async () => {
  const size = 9 * MIB + 513;
  await serving([new MemoryExport(size)], async ({ uri, folder }) => {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    const bytes = sample(size);
    fs.writeFileSync(from, bytes);
    await outputOf("nbdcopy", "--connections=4", from, uri());
    await outputOf("nbdcopy", "--connections=4", uri(), to);
    expect(fs.readFileSync(to).equals(bytes)).toBe(true);
  });
  await serving([new MemoryExport(9 * MIB)], async ({ uri, folder }) => {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    fs.writeFileSync(from, sample(9 * MIB));
    const raw = ["-f", "raw", "-O", "raw"];
    await outputOf("qemu-img", "convert", "-n", ...raw, from, uri());
    await outputOf("qemu-img", "compare", "-f", "raw", "-F", "raw", from, uri());
    await outputOf("qemu-img", "convert", ...raw, uri(), to);
    expect(fs.readFileSync(to).equals(sample(9 * MIB))).toBe(true);
  });
});

test("a client with one request at a time and small ones gets the same", async () => {
  const offered = filled(MIB);
  await serving([offered], async ({ uri, folder }) => {
    const to = join(folder, "to");
    await outputOf("nbdcopy", "--synchronous", "--request-size=4096", uri(), to);
    expect(fs.readFileSync(to).equals(offered.image.content)).toBe(true);
  });
});

test("a read-only export is read, and not written to", async () => {
  const offered = filled(MIB, { writable: false, trims: false });
  await serving([offered], async ({ uri }) => {
    expect((await jsonOf(uri())).exports[0].is_read_only).toBe(true);
    expect((await io(uri(), "write 0 4k")).status).not.toBe(0);
    expect(await io(uri(), "discard 0 4k")).not.toMatchObject({ status: 0 });
    expect((await runAside("qemu-io", "-r", "-f", "raw", "-c", "read 0 1M", uri())).status).toBe(0);
  });
  expect(new Set(offered.requests)).toEqual(new Set(["read"]));
});

test("an export that takes trims alone is trimmed, and never written to", async () => {
  const offered = filled(MIB, { writable: false });
  await serving([offered], async ({ uri }) => {
    const [info] = (await jsonOf(uri())).exports;
    expect(info).toMatchObject({ is_read_only: false, can_trim: true, can_zero: false });
    expect((await io(uri(), "discard 0 64k", "read -P 0 0 64k")).status).toBe(0);
    const { status, output } = await io(uri(), "write 128k 64k");
    expect(status).not.toBe(0);
    expect(output).toContain("Operation not permitted");
    expect((await io(uri(), "write -z 128k 64k")).status).not.toBe(0);
  });
  expect(offered.requests.filter((one) => one.startsWith("write"))).toEqual([]);
  expect(offered.requests).toContain("discard");
});

test("two clients at once see each other's writes", async () => {
  await serving([new MemoryExport(MIB)], async ({ uri }) => {
    const copies = [1, 2, 3, 4].map((byte) =>
      io(
        uri(),
        ...Array.from({ length: 8 }, (_, at) => `write -P ${byte} ${byte * 64 + at * 4}k 4k`),
      ),
    );
    for (const { status } of await Promise.all(copies)) expect(status).toBe(0);
    const reads = [1, 2, 3, 4].map((byte) => `read -P ${byte} ${byte * 64}k 32k`);
    const { output, status } = await io(uri(), ...reads);
    expect(output).not.toMatch(/verification/i);
    expect(status).toBe(0);
  });
});

test("an export that is removed hard takes its clients with it", async () => {
  const offered = new HeldExport(MIB, (count) => count > 0);
  await serving([offered], async ({ server, uri }: Serving) => {
    const client = io(uri(), "read 0 4k", "read 0 4k", "read 0 4k");
    while (offered.held === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(server.remove("", "safe")).rejects.toThrow("in use by 1 client");
    const removed = server.remove("", "hard");
    expect((await client).output).toContain("Input/output error");
    offered.release(0);
    await removed;
    expect(server.connections).toBe(0);
    expect((await runAside("nbdinfo", uri())).output).toContain("No such file");
  });
});
