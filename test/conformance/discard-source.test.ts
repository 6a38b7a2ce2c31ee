/**
 * What a backup with `discard-source` leaves in the cache, beside QEMU 10.0, if that was fetched:
 * the same commands and writes go to a daemon and to our run on files, and both must leave the same
 * copy, and the same parts of the cache.
 *
 * The last cluster is cut short. A view forgets whole clusters only, so what was saved of it stays.
 */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { pieces } from "../../models/jobs/parts.ts";
import type { JsonObject } from "../../src/graph/graph.ts";
import { type Model, qmp } from "../../src/system/model.ts";
import { daemons } from "../support/machines.ts";
import { mapOf, qemuIo } from "../support/qemu-tools.ts";
import { StorageDaemon } from "../support/storage-daemon.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { runInFolder } from "./run-in-folder.ts";

const { test } = needsTool("qemu-storage-daemon", "qemu-img", "qemu-io");

const CLUSTER = 65_536;
const LAST = 7 * CLUSTER;
const LENGTH = LAST + CLUSTER / 2;
const IMAGES = ["disk.raw", "cache.raw", "target.raw"];

const raw = (name: string): JsonObject => ({
  ...{ driver: "raw", "node-name": name, discard: "unmap" },
  file: { driver: "file", filename: `${name}.raw`, discard: "unmap" },
});
const nodes: readonly JsonObject[] = [
  ...[raw("disk"), raw("cache"), raw("target")],
  { driver: "copy-before-write", "node-name": "hook", file: "disk", target: "cache" },
];
const view = { driver: "snapshot-access", "node-name": "view", file: "hook", discard: "unmap" };
const guest = { type: "nbd", id: "guest", name: "guest", "node-name": "hook", writable: true };

const BEGIN = [
  ...nodes.map((node) => qmp("blockdev-add", node)),
  ...[qmp("block-export-add", guest), qmp("blockdev-add", view)],
];

const backup = (discards: boolean, device = "view") =>
  qmp("blockdev-backup", {
    ...{ "job-id": "backup", device, target: "target", sync: "full" },
    ...{ "auto-finalize": false, "discard-source": discards },
  });

/** Before the job begins, and after it has copied everything. */
const WRITES = [
  [CLUSTER, LAST],
  [2 * CLUSTER, CLUSTER],
] as const;

const model = (discards: boolean): Model => {
  const writes = WRITES.map((offsets, index) => ({
    kind: "concurrent" as const,
    actors: [
      {
        ...{ name: `guest ${index}`, through: "guest" },
        requests: offsets.map((offset) => ({
          ...{ operation: "write" as const, offset, data: { byte: index + 1 } },
          length: Math.min(CLUSTER, LENGTH - offset),
        })),
      },
    ],
  }));
  const [before, after] = writes;
  if (before === undefined || after === undefined) throw new Error("there are two");
  const requests = pieces("copy", LAST).concat({
    ...{ operation: "copy", offset: LAST, length: LENGTH - LAST },
  });
  return {
    ...{ name: "discard-source", title: "", idea: "", profile: "qemu-10.0", clusterSize: CLUSTER },
    images: IMAGES.map((filename) => ({ filename, length: LENGTH, content: [] })),
    phases: [
      { kind: "commands", commands: BEGIN },
      before,
      { kind: "commands", commands: [backup(discards)] },
      { kind: "concurrent", actors: [{ name: "job", through: "backup", requests }] },
      after,
    ],
    ...{ properties: [], expected: { verdict: "holds" }, mutants: [] },
  };
};

function makeImages(folder: string): void {
  for (const name of IMAGES) {
    // qemu-img would write the first block.
    writeFileSync(join(folder, name), "");
    truncateSync(join(folder, name), LENGTH);
  }
  qemuIo(join(folder, "disk.raw"), [`write -P 0x5d 0 ${LENGTH}`]);
}

interface Left {
  /** the parts that it has: first byte, and bytes */
  readonly cache: readonly (readonly [start: number, length: number])[];
  readonly target: Buffer;
}

const COPY = Buffer.alloc(LENGTH, 0x5d);
/** What must be left where the job discards its source, and where it does not. */
const FORGOTTEN: Left = { cache: [[LAST, CLUSTER / 2]], target: COPY };
const KEPT: Left = {
  cache: [
    [CLUSTER, 2 * CLUSTER],
    [LAST, CLUSTER / 2],
  ],
  target: COPY,
};

const leftIn = (folder: string): Left => ({
  cache: mapOf(join(folder, "cache.raw")).flatMap(({ start, length, zero }) =>
    zero ? [] : [[start, length] as const],
  ),
  target: readFileSync(join(folder, "target.raw")),
});

async function ours(discards: boolean): Promise<Left> {
  return inTemporaryFolder(async (folder) => {
    makeImages(folder);
    const session = await runInFolder(model(discards), folder, { order: "seeded", seed: 1 });
    expect(session.monitor.violations).toEqual([]);
    return leftIn(folder);
  });
}

async function theirs(discards: boolean, binary: string): Promise<Left> {
  return inTemporaryFolder(async (folder) => {
    makeImages(folder);
    const use = async (daemon: StorageDaemon) => {
      await daemon.commands(BEGIN);
      for (const [index, offsets] of WRITES.entries()) {
        const writes = offsets.map(
          (offset) => `write -P ${index + 1} ${offset} ${Math.min(CLUSTER, LENGTH - offset)}`,
        );
        expect((await daemon.io("guest", ...writes)).error).toBeNull();
        if (index > 0) continue;
        await daemon.commands([backup(discards)]);
        await daemon.untilPending("backup");
      }
    };
    await StorageDaemon.using(folder, use, binary);
    return leftIn(folder);
  });
}

test("our run leaves what a view cannot forget, and all of it if it is not told to", async () => {
  expect(await ours(true)).toEqual(FORGOTTEN);
  expect(await ours(false)).toEqual(KEPT);
});

const fetched = daemons().filter(({ version }) => version === "10.0");

describe.each(fetched)("beside QEMU $version", ({ binary }) => {
  test("the cache keeps what cannot be forgotten, and nothing else", async () => {
    expect(await theirs(true, binary)).toEqual(FORGOTTEN);
  });

  test("else it keeps all that the guest has overwritten", async () => {
    expect(await theirs(false, binary)).toEqual(KEPT);
  });

  test("the disk of a guest is discarded as well, if that is the source", async () => {
    await inTemporaryFolder(async (folder) => {
      makeImages(folder);
      const use = async (daemon: StorageDaemon) => {
        await daemon.commands([
          ...[qmp("blockdev-add", raw("disk")), qmp("blockdev-add", raw("target"))],
          qmp("block-export-add", { ...guest, "node-name": "disk" }),
        ]);
        expect((await daemon.io("guest", `read -P 0x5d 0 ${LENGTH}`)).error).toBeNull();
        await daemon.commands([backup(true, "disk")]);
        await daemon.untilPending("backup");
        expect((await daemon.io("guest", `read -P 0 0 ${LENGTH}`)).error).toBeNull();
      };
      await StorageDaemon.using(folder, use, binary);
      expect(leftIn(folder).target).toEqual(Buffer.alloc(LENGTH, 0x5d));
    });
  });
});
