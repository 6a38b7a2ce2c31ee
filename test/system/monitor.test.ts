/**
 * What the monitor judges, and what it must not: graphs where a disk is a part of an image, a cache
 * was somebody's disk, a hook stands over a view, or nothing is known about what is read.
 */
import { describe, expect, test } from "vitest";
import { guestOnDisk } from "../../models/graph.ts";
import { PROPERTIES } from "../../properties/index.ts";
import { bypass } from "../../src/chart/mutate.ts";
import type { QmpCommand } from "../../src/graph/commands.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import type { LogBody } from "../../src/log/record.ts";
import { Simulation } from "../../src/simulate/simulation.ts";
import { driveScript } from "../../src/system/drive-script.ts";
import { type Mutant, qmp } from "../../src/system/model.ts";
import { describeModelImage } from "../../src/system/model-image.ts";
import { seededSchedule } from "../../src/system/schedule.ts";
import type { StartBody } from "../../src/system/start.ts";
import { CLUSTER, io, setUp, start, step } from "../support/fleecing-graph.ts";
import { simulateScript } from "../support/script.ts";

const send = (...commands: readonly QmpCommand[]): LogBody[] =>
  commands.map((command) => ({ kind: "qmp", id: 0, ...command }));
const moveGuest = (value: string) =>
  qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value });
const node = (driver: string, name: string, options: Record<string, string | number>) =>
  qmp("blockdev-add", { driver, "node-name": name, ...options });
const hook = node("copy-before-write", "hook", { file: "disk", target: "cache" });

function monitorOf(script: readonly LogBody[], first: StartBody = start("proposed")) {
  return simulateScript(first, script).simulation.session.monitor;
}

const writesAreLost: Mutant = {
  name: "writes-are-lost",
  statement: "a guest's write is acknowledged and never forwarded",
  caughtBy: "disk-keeps-guest-writes",
  mutation: {
    driver: "copy-before-write",
    change: (charts) => {
      const write = charts.requests.write;
      if (write === undefined) return charts;
      const changed = bypass(write, "forwarding", "DONE");
      return { ...charts, requests: { ...charts.requests, write: changed } };
    },
  },
};

describe("the monitor", () => {
  test("asks only of a disk that hands discards on at once whether they arrive", () => {
    const discard = io("guest", "discard", 0);
    const lazy = node("lazy-discards", "lazy", { file: "hook", discard: "unmap" });
    const judgedIn = (...script: readonly LogBody[]) =>
      monitorOf([...setUp(), ...script]).judged.get("no-lost-discard");
    const copied = [1, 1, 1, 0].map((agent) => step(agent));
    expect(judgedIn(discard, ...copied)).toBe(1);
    expect(judgedIn(...send(lazy, moveGuest("lazy")), discard)).toBe(0);
  });

  test("forgets what it knew of a disk that becomes a cache", () => {
    const scratch = qmp("device_add", { driver: "virtio-blk-pci", id: "scratch", drive: "cache" });
    const { violations, judged } = monitorOf([
      ...send(...guestOnDisk, node("file", "cache", { filename: "cache.raw" }), scratch),
      io("scratch", "read", 0),
      ...send(qmp("device_del", { id: "scratch" }), hook, moveGuest("hook")),
      io("guest", "write", 0, 0xaa),
      ...send(moveGuest("disk"), qmp("blockdev-del", { "node-name": "hook" }), scratch),
      io("scratch", "read", 0),
    ]);
    expect(violations).toEqual([]);
    expect(judged.get("guest-reads-last-write")).toBe(2);
  });

  test("judges a guest whose disk shares an image with the cache", () => {
    const length = 8 * CLUSTER;
    const content = [{ offset: 0, length, fill: { byte: 0x11 } }];
    const images = [describeModelImage({ filename: "all.raw", length, content })];
    const half = { file: "all", size: length / 2 };
    const { violations, judged } = monitorOf(
      [
        ...send(
          node("file", "all", { filename: "all.raw", locking: "off" }),
          node("file", "again", { filename: "all.raw", locking: "off" }),
          node("raw", "disk", half),
          node("raw", "cache", { ...half, file: "again", offset: length / 2 }),
          qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive: "disk" }),
        ),
        io("guest", "read", 0),
        ...send(hook, moveGuest("hook")),
        io("guest", "write", 0, 0xaa),
        ...send(moveGuest("disk"), qmp("blockdev-del", { "node-name": "hook" })),
        io("guest", "read", 0),
      ],
      { ...start("proposed"), images },
    );
    expect(violations).toEqual([]);
    expect(judged.get("guest-reads-last-write")).toBe(2);
    expect(judged.get("disk-keeps-guest-writes")).toBe(1);
  });

  test("notices a lost write on a disk that shares an image with the cache", () => {
    const length = 8 * CLUSTER;
    const images = [describeModelImage({ filename: "all.raw", length, content: [] })];
    const half = { file: "all", size: length / 2 };
    const log = new MemoryLog();
    const simulation = new Simulation(
      { ...start("proposed"), images, mutant: writesAreLost.name },
      { properties: [...PROPERTIES.values()], mutants: [writesAreLost], sink: log },
    );
    const { session } = simulation;
    const script = [
      ...send(
        node("file", "all", { filename: "all.raw", locking: "off" }),
        node("file", "again", { filename: "all.raw", locking: "off" }),
        node("raw", "disk", half),
        node("raw", "cache", { ...half, file: "again", offset: length / 2 }),
        qmp("device_add", { driver: "virtio-blk-pci", id: "guest", drive: "disk" }),
        hook,
        moveGuest("hook"),
      ),
      io("guest", "write", 0, 0xaa),
      ...send(moveGuest("disk"), qmp("blockdev-del", { "node-name": "hook" })),
    ];
    simulation.run(driveScript(script, session, seededSchedule(0)));
    expect(session.monitor.violations).toMatchObject([{ property: "disk-keeps-guest-writes" }]);
  });

  test("takes a view's point in time for that of a hook above it", () => {
    const base = start("proposed");
    const cache2 = { filename: "cache2.raw", length: 4 * CLUSTER, content: [] };
    const { violations, judged } = monitorOf(
      [
        ...setUp(),
        io("guest", "write", 0, 0xaa),
        // A writable export would keep hook2, which lets nobody write below it, from being used.
        ...send(
          qmp("block-export-del", { id: "reader0" }),
          qmp("block-export-del", { id: "reader1" }),
          node("file", "cache2", { filename: "cache2.raw" }),
          node("copy-before-write", "hook2", { file: "view", target: "cache2" }),
          node("snapshot-access", "view2", { file: "hook2" }),
          qmp("block-export-add", { type: "nbd", id: "reader2", "node-name": "view2" }),
        ),
        io("reader2", "read", 0),
      ],
      { ...base, images: [...base.images, describeModelImage(cache2)] },
    );
    expect(violations).toEqual([]);
    expect(judged.get("view-equals-point-in-time")).toBe(1);
  });

  test("does not count what it could not compare", () => {
    const size = 4 * CLUSTER;
    const { judged } = monitorOf([
      ...send(
        node("null-co", "disk", { size }),
        node("null-co", "cache", { size }),
        hook,
        node("snapshot-access", "view", { file: "hook" }),
        qmp("block-export-add", { type: "nbd", id: "reader", "node-name": "view" }),
      ),
      io("reader", "read", 0),
    ]);
    expect(judged.get("view-equals-point-in-time")).toBe(0);
  });

  test("judges what a job has copied once the job said so, and nothing before", () => {
    const backup = qmp("blockdev-backup", {
      ...{ "job-id": "backup", device: "disk", target: "cache", sync: "full" },
      "filter-node-name": "hook",
    });
    const target = qmp("block-export-add", { type: "nbd", id: "target", "node-name": "cache" });
    const { violations, judged } = monitorOf([
      ...send(...guestOnDisk, node("file", "cache", { filename: "cache.raw" }), backup, target),
      io("target", "read", 0),
      ...[io("backup", "copy", 0), ...[2, 2, 2].map((agent) => step(agent))],
      ...[io("target", "read", 0), step(0), step(3)],
    ]);
    expect(violations).toEqual([]);
    expect(judged.get("job-result-equals-point-in-time")).toBe(1);
  });

  test("notices a block-status that calls zero what a discard made so", () => {
    const { violations } = monitorOf(
      [
        ...setUp(),
        io("guest", "write", 1, 0xaa),
        ...[1, 1, 1, 0].map((agent) => step(agent)),
        io("reader0", "block-status", 1),
        io("reader1", "discard", 1),
        step(3),
        step(2),
      ],
      start("qemu-10.0"),
    );
    expect(violations).toMatchObject([{ property: "view-status-is-sound" }]);
  });
});
