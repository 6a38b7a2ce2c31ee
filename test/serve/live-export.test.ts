/**
 * An export of a live graph: who asks about all of a large disk lets others have their turn.
 */
import fs from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { profile } from "../../src/graph/profile.ts";
import type { Extent } from "../../src/nbd/export.ts";
import { liveExport } from "../../src/serve/live-export.ts";
import { LiveGraph } from "../../src/serve/live-graph.ts";
import { LiveImages } from "../../src/serve/live-images.ts";
import { takeDown } from "../../src/serve/take-down.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";

const MIB = 1024 ** 2;
const GIB = 1024 * MIB;

test("block status of a gigabyte is one extent, and a read comes in between", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "disk.raw");
    fs.closeSync(fs.openSync(path, "wx"));
    fs.truncateSync(path, GIB);
    const images = new LiveImages(new Map([["disk.raw", path]]));
    const live = new LiveGraph({
      ...{ images, sink: null, clusterSize: 65_536, profile: profile("qemu-10.0") },
      changed: () => {},
      crashed(error) {
        throw error;
      },
    });
    const file = { driver: "file", filename: "disk.raw" };
    for (const [execute, args] of [
      ["blockdev-add", { driver: "raw", "node-name": "disk", file }],
      ["block-export-add", { type: "nbd", id: "x", "node-name": "disk", writable: true }],
    ] as const) {
      expect(await live.execute({ execute, arguments: args })).toMatchObject({ refusal: null });
    }
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
    await takeDown(live);
    live.stop();
    images.close();
  }));
