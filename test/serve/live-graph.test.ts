/**
 * A live graph on real files: what clients ask for happens, whatever commands come in between.
 */
import fs from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { profile } from "../../src/graph/profile.ts";
import { CacheKeeper } from "../../src/serve/cache-keeper.ts";
import {
  beginFleecing,
  type FleecingPlan,
  fileNode,
  KEEPER,
  spills,
} from "../../src/serve/fleecing-commands.ts";
import { LiveGraph } from "../../src/serve/live-graph.ts";
import { LiveImages } from "../../src/serve/live-images.ts";
import { takeDown } from "../../src/serve/take-down.ts";
import type { Outcome } from "../../src/system/frame.ts";
import type { Errno, Operation } from "../../src/vocabulary.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const CLUSTER = 65_536;
const LENGTH = 5 * CLUSTER - 512;

interface Live {
  readonly graph: LiveGraph;
  readonly images: LiveImages;
  ask(
    through: string,
    operation: Operation,
    offset: number,
    length: number,
    buffer?: Uint8Array,
  ): Promise<Outcome>;
  read(through: string, offset: number, length: number): Promise<Buffer>;
}

function makeLive(paths: ReadonlyMap<string, string>): Live {
  const images = new LiveImages(paths);
  const graph = new LiveGraph({
    images,
    sink: null,
    clusterSize: CLUSTER,
    profile: profile("proposed"),
    changed: () => {},
    crashed(error) {
      throw error;
    },
  });
  const ask: Live["ask"] = (through, operation, offset, length, buffer) =>
    new Promise((done) => {
      graph.submit({ through, operation, offset, length, buffer: buffer ?? null, done });
    });
  return {
    ...{ graph, images, ask },
    async read(through, offset, length) {
      const buffer = Buffer.alloc(length);
      expect(await ask(through, "read", offset, length, buffer)).toMatchObject({ errno: null });
      return buffer;
    },
  };
}

/** Bytes that tell where they come from. */
function pattern(length: number, seed: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 9) + seed) & 255));
}

async function withFleecing(
  plan: FleecingPlan,
  use: (live: Live, original: Buffer, disk: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const [disk, cache] = ["disk.raw", "cache.raw"].map((name) => join(folder, name));
    if (disk === undefined || cache === undefined) throw new Error("two names");
    const original = pattern(LENGTH, 7);
    fs.writeFileSync(disk, original);
    fs.closeSync(fs.openSync(cache, "wx"));
    fs.truncateSync(cache, LENGTH);
    const live = makeLive(
      new Map([
        ["disk.raw", disk],
        ["cache.raw", cache],
      ]),
    );
    live.images.inMemory("memory", LENGTH);
    for (const command of beginFleecing(plan)) await obey(live, command);
    const keeper = spills(plan.cache) ? keeperOf(live, () => expect.unreachable()) : null;
    await use(live, original, disk);
    await keeper?.stop();
    await takeDown(live.graph);
    expect(live.graph.underWay).toBe(0);
    live.graph.stop();
    live.images.close();
  });
}

/** Of a cache that has room for one cluster in memory. */
function keeperOf({ graph }: Live, failed: (errno: Errno) => void): CacheKeeper {
  return new CacheKeeper({ live: graph, through: KEEPER, cache: "cache", room: 1, failed });
}

async function obey({ graph }: Live, command: Parameters<LiveGraph["execute"]>[0]): Promise<void> {
  expect(await graph.execute(command)).toMatchObject({ refusal: null });
}

const disk = { disk: fileNode("disk.raw"), bitmap: null };
const base = {
  ...disk,
  format: "raw",
  onError: "break-guest-write",
  timeout: 0,
  trim: true,
} as const;
const SPILLING: FleecingPlan = {
  ...base,
  cache: { kind: "memory", clusters: 1, spills: true, whenFull: "wait" },
};
const PLANS: [string, FleecingPlan][] = [
  ["in a file", { ...base, cache: { kind: "file" } }],
  [
    "in memory",
    {
      ...base,
      cache: { kind: "memory", clusters: 8, spills: false, whenFull: "break-guest-write" },
    },
  ],
  ["in memory, which is emptied to a file", SPILLING],
];

const range = fc.nat(LENGTH - 1).chain((offset) =>
  fc.record({
    offset: fc.constant(offset),
    length: fc.integer({ min: 1, max: Math.min(2 * CLUSTER, LENGTH - offset) }),
    seed: fc.nat(255),
    kind: fc.constantFrom("write" as const, "write-zeroes" as const, "view" as const),
  }),
);

describe.each(PLANS)("fleecing with a cache %s", (_, plan) => {
  test("shows the point in time, and leaves what the guest has written", () =>
    fc.assert(
      fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 12 }), (requests) =>
        withFleecing(plan, async (live, original, disk) => {
          const expected = Buffer.from(original);
          await Promise.all(
            requests.map(async ({ offset, length, seed, kind }) => {
              if (kind === "view") {
                const seen = await live.read("view", offset, length);
                expect(seen.equals(original.subarray(offset, offset + length))).toBe(true);
                return;
              }
              const bytes = kind === "write" ? pattern(length, seed) : Buffer.alloc(length);
              expected.set(bytes, offset);
              const buffer = kind === "write" ? bytes : undefined;
              const { errno } = await live.ask("guest", kind, offset, length, buffer);
              expect(errno).toBeNull();
            }),
          );
          expect((await live.read("view", 0, LENGTH)).equals(original)).toBe(true);
          const guest = await live.read("guest", 0, LENGTH);
          expect(guest.equals(fs.readFileSync(disk))).toBe(true);
          if (!overlapping(requests)) expect(guest.equals(expected)).toBe(true);
        }),
      ),
      { numRuns: 25 },
    ));

  test("lets a reader give back what it has, and nothing else", () =>
    withFleecing(plan, async (live, original) => {
      await live.ask("guest", "write", 0, 512, pattern(512, 1));
      expect(await live.ask("view", "discard", 0, CLUSTER)).toMatchObject({ errno: null });
      const gone = await live.ask("view", "read", 0, 512, Buffer.alloc(512));
      expect(gone.errno).toBe("EACCES");
      const rest = await live.read("view", CLUSTER, LENGTH - CLUSTER);
      expect(rest.equals(original.subarray(CLUSTER))).toBe(true);
      expect((await live.read("guest", 0, 512)).equals(pattern(512, 1))).toBe(true);
    }));
});

test("a file that takes no more is told of once and tried again, and a guest waits meanwhile", () =>
  inTemporaryFolder(async (folder) => {
    const paths = new Map(["disk.raw", "cache.raw"].map((name) => [name, join(folder, name)]));
    for (const path of paths.values()) fs.writeFileSync(path, pattern(LENGTH, 7));
    const live = makeLive(paths);
    live.images.inMemory("memory", LENGTH);
    const refusing = {
      driver: "blkdebug",
      image: fileNode("cache.raw"),
      "inject-error": [{ event: "none", iotype: "write", errno: 28, once: true }],
    };
    for (const command of beginFleecing(SPILLING)) {
      const { arguments: given } = command;
      const caches = given?.driver === "fleecing-cache";
      const changed = caches ? { ...given, disk: refusing } : given;
      await obey(live, { ...command, ...(changed !== undefined && { arguments: changed }) });
    }
    const failures: Errno[] = [];
    const keeper = keeperOf(live, (errno) => failures.push(errno));
    const written = pattern(3 * CLUSTER, 9);
    const asked = live.ask("guest", "write", 0, written.length, written);
    expect(await asked).toMatchObject({ errno: null });
    expect(failures).toEqual(["ENOSPC"]);
    const seen = await live.read("view", 0, LENGTH);
    expect(seen.equals(pattern(LENGTH, 7))).toBe(true);
    await keeper.stop();
    await takeDown(live.graph);
    live.graph.stop();
    live.images.close();
  }));

/** Whether two writes touch a byte in common, and their order is anybody's guess. */
function overlapping(requests: readonly { offset: number; length: number; kind: string }[]) {
  const writes = requests.filter(({ kind }) => kind !== "view");
  return writes.some((one, index) =>
    writes
      .slice(index + 1)
      .some(
        (other) =>
          one.offset < other.offset + other.length && other.offset < one.offset + one.length,
      ),
  );
}
