/**
 * Bitmaps of a live graph on a qcow2 image: whatever is written, told to bitmaps, closed and opened
 * again, they say what a plain set of granules says that is kept beside them.
 */
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { recorderOf } from "../../src/graph/notice.ts";
import { profile } from "../../src/graph/profile.ts";
import { LiveGraph } from "../../src/serve/live-graph.ts";
import { LiveImages } from "../../src/serve/live-images.ts";
import { createQcow2 } from "../../src/storage/qcow2/create.ts";
import { openQcow2 } from "../../src/storage/qcow2/open.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const SIZE = 300 * 1024 + 512;
const NAMES = ["a", "b", "c"] as const;

interface Known {
  readonly granularity: number;
  readonly persistent: boolean;
  enabled: boolean;
  dirty: Set<number>;
}

interface Change {
  readonly operation: "write" | "discard";
  readonly sector: number;
  readonly sectors: number;
}

type Step =
  | ({ readonly step: "change" } & Change)
  | {
      readonly step: "add";
      readonly name: string;
      readonly bits: number;
      readonly persistent: boolean;
      readonly disabled: boolean;
    }
  | { readonly step: "remove" | "clear" | "enable" | "disable"; readonly name: string }
  | { readonly step: "merge"; readonly name: string; readonly from: string }
  | { readonly step: "reopen" }
  | { readonly step: "read-only" }
  | { readonly step: "quit" };

const name = fc.constantFrom(...NAMES);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        step: fc.constant("change" as const),
        operation: fc.constantFrom("write" as const, "discard" as const),
        sector: fc.nat(SIZE / 512 - 1),
        sectors: fc.constantFrom(1, 3, 8, 128, 200),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        step: fc.constant("add" as const),
        name,
        bits: fc.integer({ min: 9, max: 18 }),
        persistent: fc.boolean(),
        disabled: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        step: fc.constantFrom(
          "remove" as const,
          "clear" as const,
          "enable" as const,
          "disable" as const,
        ),
        name,
      }),
    },
    fc.record({ step: fc.constant("merge" as const), name, from: name }),
    fc.constantFrom<Step>({ step: "reopen" }, { step: "read-only" }, { step: "quit" }),
  ),
  { maxLength: 24, size: "max" },
);

/** The set beside the graph. */
class Oracle {
  readonly bitmaps = new Map<string, Known>();

  /** @returns whether the graph must accept it */
  obey(step: Step): boolean {
    if (step.step === "change") {
      const { offset, length } = range(step);
      for (const bitmap of this.bitmaps.values()) if (bitmap.enabled) mark(bitmap, offset, length);
      return true;
    }
    if (!("name" in step)) return true;
    const known = this.bitmaps.get(step.name);
    if (step.step === "add") {
      const { name, bits, persistent, disabled } = step;
      if (known !== undefined) return false;
      const made = { granularity: 2 ** bits, persistent, enabled: !disabled, dirty: new Set([]) };
      this.bitmaps.set(name, made);
      return true;
    }
    if (known === undefined) return false;
    if (step.step === "remove") this.bitmaps.delete(step.name);
    else if (step.step === "clear") known.dirty = new Set();
    else if (step.step === "merge") {
      const from = this.bitmaps.get(step.from);
      if (from === undefined) return false;
      for (const granule of [...from.dirty]) {
        mark(known, granule * from.granularity, from.granularity);
      }
    } else known.enabled = step.step === "enable";
    return true;
  }

  closed(): void {
    for (const [name, { persistent }] of this.bitmaps) {
      if (!persistent) this.bitmaps.delete(name);
    }
  }
}

function mark({ granularity, dirty }: Known, offset: number, length: number): void {
  const end = Math.min(SIZE, offset + length);
  for (let at = Math.floor(offset / granularity); at * granularity < end; at++) dirty.add(at);
}

function range({ sector, sectors }: Change) {
  const offset = sector * 512;
  return { offset, length: Math.min(sectors * 512, SIZE - offset) };
}

class Daemon {
  readonly #images = new LiveImages();
  readonly #live: LiveGraph;
  readonly #lost: string[] = [];

  private constructor() {
    this.#live = new LiveGraph({
      ...{ images: this.#images, sink: null, clusterSize: 65_536, profile: profile("proposed") },
      changed: () => {},
      lost: (text) => this.#lost.push(text),
      crashed(error) {
        throw error;
      },
    });
  }

  static async on(path: string): Promise<Daemon> {
    const daemon = new Daemon();
    await daemon.must("blockdev-add", { driver: "file", "node-name": "file", filename: path });
    await daemon.open(false);
    return daemon;
  }

  async open(readOnly: boolean): Promise<void> {
    const more = { "read-only": readOnly, discard: "unmap" };
    await this.must("blockdev-add", { driver: "qcow2", "node-name": "d", file: "file", ...more });
    await this.#offer(!readOnly);
  }

  async close(): Promise<void> {
    await this.must("block-export-del", { id: "x" });
    await this.must("blockdev-del", { "node-name": "d" });
  }

  async reopen(readOnly: boolean): Promise<void> {
    await this.must("block-export-del", { id: "x" });
    const options = [{ driver: "qcow2", "node-name": "d", file: "file", "read-only": readOnly }];
    await this.must("blockdev-reopen", { options });
    await this.#offer(!readOnly);
  }

  #offer(writable: boolean): Promise<void> {
    return this.must("block-export-add", { type: "nbd", id: "x", "node-name": "d", writable });
  }

  async quit(): Promise<void> {
    this.#live.stop();
    this.#images.close();
    expect(this.#lost).toEqual([]);
  }

  async execute(execute: string, args: JsonObject): Promise<boolean> {
    return (await this.#live.execute({ execute, arguments: args })).refusal === null;
  }

  async must(execute: string, args: JsonObject): Promise<void> {
    const { refusal } = await this.#live.execute({ execute, arguments: args });
    expect(refusal).toBe(null);
  }

  change(operation: "write" | "discard", offset: number, length: number): Promise<string | null> {
    const buffer = operation === "write" ? new Uint8Array(length).fill(7) : null;
    return new Promise((done) => {
      this.#live.submit({
        ...{ through: "x", operation, offset, length, buffer },
        done: ({ errno }) => done(errno),
      });
    });
  }

  /** What each bitmap says, as the set does. */
  get bitmaps(): Map<string, Known> {
    const { graph, execution } = this.#live.session;
    const bitmaps = graph.nodes.get("d")?.bitmaps ?? new Map();
    return new Map(
      [...bitmaps].map(([name, { granularity, persistent, enabled }]) => {
        const recorder = execution.node(recorderOf("d", name));
        const all = [...recorder.clusters.keys()];
        const dirty = all.filter((bit) => recorder.replyTo(bit, "LOOK") === "DIRTY");
        return [name, { granularity, persistent, enabled, dirty: new Set(dirty) }];
      }),
    );
  }
}

/** What is in the image; null: it is inconsistent. */
function storedIn(path: string): Map<string, Known | null> {
  const image = openQcow2(path, { readOnly: true });
  try {
    return new Map(
      image.bitmaps.list.map(({ name, granularity, enabled, inconsistent }) => {
        if (inconsistent) return [name, null];
        const bits = image.bitmaps.bits(name);
        const dirty = Array.from({ length: bits.length * 8 }, (_, bit) => bit).filter(
          (bit) => ((bits[bit >> 3] ?? 0) >> (bit % 8)) & 1,
        );
        return [name, { granularity, persistent: true, enabled, dirty: new Set(dirty) }];
      }),
    );
  } finally {
    image.close();
  }
}

async function follow(path: string, all: readonly Step[]): Promise<void> {
  const oracle = new Oracle();
  let daemon = await Daemon.on(path);
  for (const step of all) {
    const accepted = oracle.obey(step);
    if (step.step === "change") {
      const { offset, length } = range(step);
      expect(await daemon.change(step.operation, offset, length)).toBe(null);
    } else if (step.step === "read-only") {
      await daemon.reopen(true);
      for (const stored of storedIn(path).values()) expect(stored).not.toBe(null);
      expect(await daemon.execute("block-dirty-bitmap-clear", { node: "d", name: "a" })).toBe(
        oracle.bitmaps.get("a")?.persistent === false,
      );
      if (oracle.bitmaps.get("a")?.persistent === false) oracle.obey({ step: "clear", name: "a" });
      await daemon.reopen(false);
    } else if (step.step === "reopen") {
      await daemon.close();
      oracle.closed();
      expect(storedIn(path)).toEqual(oracle.bitmaps);
      await daemon.open(false);
    } else if (step.step === "quit") {
      await daemon.quit();
      oracle.closed();
      expect(storedIn(path)).toEqual(oracle.bitmaps);
      daemon = await Daemon.on(path);
    } else {
      const { step: verb, name } = step;
      const args: JsonObject = { node: "d", name };
      if (verb === "add") {
        const { bits, persistent, disabled } = step;
        Object.assign(args, { granularity: 2 ** bits, persistent, disabled });
      }
      const merged = { node: "d", target: name, bitmaps: verb === "merge" ? [step.from] : [] };
      const given = verb === "merge" ? merged : args;
      expect(await daemon.execute(`block-dirty-bitmap-${verb}`, given)).toBe(accepted);
    }
    expect(daemon.bitmaps).toEqual(oracle.bitmaps);
    // What a crash would leave: none that can be used, and none that was removed.
    for (const [name, stored] of storedIn(path)) {
      expect([name, stored]).toEqual([name, null]);
      expect(oracle.bitmaps.get(name)?.persistent).toBe(true);
    }
  }
  await daemon.close();
  oracle.closed();
  expect(storedIn(path)).toEqual(oracle.bitmaps);
  await daemon.quit();
}

test("say what a set beside them says, and an image keeps the persistent ones", async () => {
  await inTemporaryFolder(async (folder) => {
    let runs = 0;
    const clusterSize = fc.constantFrom(512, 4096, 65_536);
    await fc.assert(
      fc.asyncProperty(steps, clusterSize, async (all, clusterSize) => {
        const path = join(folder, `${runs++}.qcow2`);
        createQcow2(path, { size: SIZE, clusterSize });
        await follow(path, all);
      }),
      { numRuns: 60, seed: 20_261_127 },
    );
  });
});
