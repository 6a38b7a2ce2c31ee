/**
 * An export of a live graph: who asks about all of a large disk lets others have their turn.
 */
import fs from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { profile } from "../../src/graph/profile.ts";
import type { Extent } from "../../src/nbd/export.ts";
import { liveExport } from "../../src/serve/live-export.ts";
import { LiveGraph } from "../../src/serve/live-graph.ts";
import { LiveImages } from "../../src/serve/live-images.ts";
import { takeDown } from "../../src/serve/take-down.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const MIB = 1024 ** 2;
const GIB = 1024 * MIB;

/** A live graph with exports of one disk while `use` lasts. */
function exported(
  length: number,
  exports: readonly JsonObject[],
  use: (live: LiveGraph) => Promise<void>,
): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, "disk.raw");
    fs.closeSync(fs.openSync(path, "wx"));
    fs.truncateSync(path, length);
    const images = new LiveImages(new Map([["disk.raw", path]]));
    const live = new LiveGraph({
      ...{ images, sink: null, clusterSize: 65_536, profile: profile("qemu-10.0") },
      changed: () => {},
      crashed(error) {
        throw error;
      },
    });
    const file = { driver: "file", filename: "disk.raw" };
    const disk = { driver: "raw", "node-name": "disk", file };
    const offers = exports.map((more) => ({ type: "nbd", "node-name": "disk", ...more }));
    for (const [execute, args] of [
      ["blockdev-add", disk] as const,
      ...offers.map((offer) => ["block-export-add", offer] as const),
    ]) {
      expect(await live.execute({ execute, arguments: args })).toMatchObject({ refusal: null });
    }
    await use(live);
    await takeDown(live);
    live.stop();
    images.close();
  });
}

test("what is written through is flushed before a client is told that it is done", () => {
  const ids = ["through", "back"];
  const exports = ids.map((id) => ({
    ...{ id, name: id, writable: true, writethrough: id === "through" },
  }));
  return exported(MIB, exports, async (live) => {
    const flushes = async (
      id: string,
      operation: "write" | "write-zeroes" | "discard" | "read",
    ) => {
      const submitted = vi.spyOn(live, "submit").mockClear();
      const buffer = operation === "write" || operation === "read" ? Buffer.alloc(4096) : null;
      const request = { operation, offset: 0, length: 4096, buffer, stable: false };
      const how = { fast: false, mayUnmap: false };
      const errno = await new Promise((done) =>
        liveExport(live, live.session.graph, id).submit({ ...request, ...how, done }),
      );
      expect(errno).toBeNull();
      return submitted.mock.calls.filter(([each]) => each.operation === "flush").length;
    };
    const counts: number[] = [];
    for (const id of ids) {
      for (const operation of ["write", "write-zeroes", "discard", "read"] as const) {
        counts.push(await flushes(id, operation));
      }
    }
    expect(counts).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
  });
});

test("block status of a gigabyte is one extent, and a read comes in between", () =>
  exported(GIB, [{ id: "x", writable: true }], async (live) => {
    const submitted = vi.spyOn(live, "submit");
    const ended: string[] = [];
    const offered = liveExport(live, live.session.graph, "x");
    const told = new Promise<readonly Extent[]>((resolve) => {
      offered.status({
        ...{ context: "base:allocation", offset: 0, length: GIB, one: false },
        done(errno, extents) {
          expect(errno).toBeNull();
          ended.push("status");
          resolve(extents);
        },
      });
    });
    const read = new Promise<void>((resolve) => {
      const buffer = Buffer.alloc(4096, 1);
      live.submit({
        ...{ through: "x", operation: "read", offset: GIB - 4096, length: 4096, buffer },
        done() {
          ended.push("read");
          resolve();
        },
      });
    });
    const [extents] = await Promise.all([told, read]);
    expect(ended).toEqual(["read", "status"]);
    const asked = submitted.mock.calls.map(([request]) => request);
    const looked = asked.filter(({ operation }) => operation === "block-status");
    expect(looked.length).toBeGreaterThan(1);
    expect(looked.every(({ length }) => length <= 64 * MIB)).toBe(true);
    expect(extents).toEqual([{ length: GIB, flags: 3 }]);
  }));

test("of a large disk a part is told, and a client asks for the rest", () =>
  exported(64 * GIB, [], async (live) => {
    const offer = { type: "nbd", id: "x", "node-name": "disk", bitmaps: ["b"], writable: true };
    for (const [execute, args] of [
      ["block-dirty-bitmap-add", { node: "disk", name: "b" }],
      ["block-export-add", offer],
    ] as const) {
      expect(await live.execute({ execute, arguments: args })).toMatchObject({ refusal: null });
    }
    const offered = liveExport(live, live.session.graph, "x");
    let told = 0;
    for (let answers = 0; told < 64 * GIB; answers++) {
      expect(answers).toBeLessThan(64);
      const rest = { offset: told, length: 64 * GIB - told, one: false };
      const extents = await new Promise<readonly Extent[]>((resolve) =>
        offered.status({
          ...{ context: "qemu:dirty-bitmap:b", ...rest },
          done: (_, each) => resolve(each),
        }),
      );
      expect(extents).toMatchObject([{ flags: 0 }]);
      expect(extents[0]?.length).toBeLessThan(64 * GIB);
      told += extents[0]?.length ?? 0;
    }
    expect(told).toBe(64 * GIB);
  }));
