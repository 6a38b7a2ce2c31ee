/**
 * Which files a command opens, and as what: images of a format above others, files in use, and
 * chains that lead nowhere.
 */
import fs from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import { LiveGraph } from "../../src/serve/live-graph.ts";
import { LiveImages } from "../../src/serve/live-images.ts";
import { createQcow2 } from "../../src/storage/qcow2/create.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const SIZE = 1024 * 1024;

interface Live {
  readonly images: LiveImages;
  readonly folder: string;
  /** what a command is told; null: it was accepted */
  add(definition: JsonObject): Promise<string | null>;
  remove(name: string): Promise<string | null>;
}

async function withLive(use: (live: Live) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const images = new LiveImages();
    const graph = new LiveGraph({
      ...{ images, sink: null, clusterSize: 65_536, profile: profile("qemu-10.0") },
      changed: () => {},
      crashed(error) {
        throw error;
      },
    });
    const execute = async (execute: string, args: JsonObject) =>
      (await graph.execute({ execute, arguments: args })).refusal;
    await use({
      ...{ images, folder },
      add: (definition) => execute("blockdev-add", definition),
      remove: (name) => execute("blockdev-del", { "node-name": name }),
    });
    graph.stop();
    images.close();
  });
}

const file = (filename: string) => ({ driver: "file", filename });

test("an image of a format shows its disk, and its bytes again when the format has gone", () =>
  withLive(async ({ images, folder, add, remove }) => {
    const path = join(folder, "a.qcow2");
    createQcow2(path, { size: SIZE });
    expect(await add({ ...file(path), "node-name": "f" })).toBeNull();
    expect(images.lengths.get(path)).toBe(fs.statSync(path).size);
    expect(await add({ driver: "qcow2", "node-name": "q", file: "f" })).toBeNull();
    expect(images.lengths.get(path)).toBe(SIZE);
    expect(await remove("q")).toBeNull();
    expect(images.lengths.get(path)).toBe(fs.statSync(path).size);
    expect(await remove("f")).toBeNull();
    expect(images.lengths.size).toBe(0);
  }));

test("a backing file that a header names is opened with it, and closed with it", () =>
  withLive(async ({ images, folder, add, remove }) => {
    const [base, top] = ["base.raw", "top.qcow2"].map((name) => join(folder, name));
    if (base === undefined || top === undefined) throw new Error("two names");
    fs.writeFileSync(base, Buffer.alloc(SIZE));
    createQcow2(top, { size: SIZE, backing: { file: "base.raw", format: "raw" } });
    expect(await add({ driver: "qcow2", "node-name": "q", file: file(top) })).toBeNull();
    expect([...images.lengths.keys()].sort()).toEqual([base, top]);
    expect(await remove("q")).toBeNull();
    expect(images.lengths.size).toBe(0);
    fs.rmSync(base);
    const refused = await add({ driver: "qcow2", "node-name": "q", file: file(top) });
    expect(refused).toBe(`Could not open '${base}': No such file or directory`);
    expect(images.lengths.size).toBe(0);
  }));

test("backing files that lead in a circle are refused", () =>
  withLive(async ({ images, folder, add }) => {
    const [one, other] = ["one.qcow2", "other.qcow2"].map((name) => join(folder, name));
    if (one === undefined || other === undefined) throw new Error("two names");
    createQcow2(one, { size: SIZE, backing: { file: other, format: "qcow2" } });
    createQcow2(other, { size: SIZE, backing: { file: one, format: "qcow2" } });
    const refused = await add({ driver: "qcow2", "node-name": "q", file: file(one) });
    expect(refused).toContain("lead in a circle");
    expect(images.lengths.size).toBe(0);
  }));

test("a file that somebody uses as it is does not become an image of a format below him", () =>
  withLive(async ({ images, folder, add }) => {
    const path = join(folder, "a.qcow2");
    createQcow2(path, { size: SIZE });
    expect(await add({ ...file(path), "node-name": "f", "read-only": true })).toBeNull();
    expect(await add({ driver: "raw", "node-name": "r", file: "f" })).toBeNull();
    const length = images.lengths.get(path);
    const format = { driver: "qcow2", "node-name": "q", file: "f", "read-only": true };
    expect(await add(format)).toBe("Image is not in qcow2 format");
    expect(images.lengths.get(path)).toBe(length);
  }));

test("what is no image of the format it is to be is refused, and closed again", () =>
  withLive(async ({ images, folder, add }) => {
    const path = join(folder, "a.raw");
    fs.writeFileSync(path, Buffer.alloc(SIZE, 1));
    const refused = await add({ driver: "qcow2", "node-name": "q", file: file(path) });
    expect(refused).toContain("Image is not in qcow2 format");
    expect(images.lengths.size).toBe(0);
  }));
