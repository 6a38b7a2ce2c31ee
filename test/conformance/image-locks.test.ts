/**
 * A second opener is refused, in QEMU's words: QEMU respects our locks, and we respect QEMU's.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { profile } from "../../src/graph/profile.ts";
import { beginFleecing, type FleecingPlan, fileNode } from "../../src/serve/fleecing-commands.ts";
import { LiveGraph } from "../../src/serve/live-graph.ts";
import { LiveImages } from "../../src/serve/live-images.ts";
import { takeDown } from "../../src/serve/take-down.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const QEMU_IO = "qemu-io";
const QEMU_DAEMON = "qemu-storage-daemon";
const CLUSTER = 65_536;

/** A disk without its hook is shared by everybody: it is the hook that minds other writers. */
const GUEST_EXPORT = { type: "nbd", id: "guest", "node-name": "hook", writable: true };

async function withLive(
  paths: ReadonlyMap<string, string>,
  use: (live: LiveGraph) => Promise<void>,
) {
  const images = new LiveImages(paths);
  const live = new LiveGraph({
    images,
    sink: null,
    clusterSize: CLUSTER,
    profile: profile("qemu-10.0"),
    changed: () => {},
    crashed(error) {
      throw error;
    },
  });
  try {
    await use(live);
  } finally {
    live.stop();
    images.close();
  }
}

const PLAN: FleecingPlan = {
  ...{ disk: fileNode("disk.raw"), format: "raw", bitmap: null },
  cache: { kind: "file" },
  ...{ onError: "break-guest-write", timeout: 0, trim: false },
};

/** What the first refused command is told; null: all were accepted. */
async function begun(live: LiveGraph): Promise<string | null> {
  for (const command of beginFleecing(PLAN)) {
    const { refusal } = await live.execute(command);
    if (refusal !== null) return refusal;
  }
  return null;
}

function qemuIo(filename: string, command: string) {
  const { stdout, stderr } = spawnSync(QEMU_IO, ["-f", "raw", "-c", command, filename]);
  return `${stdout}${stderr}`;
}

async function withFiles(use: (paths: Map<string, string>) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const paths = new Map(["disk.raw", "cache.raw"].map((name) => [name, join(folder, name)]));
    for (const path of paths.values()) fs.writeFileSync(path, Buffer.alloc(CLUSTER));
    await use(paths);
  });
}

const { test } = needsTool(QEMU_IO);

test("a disk that is fleeced is kept from QEMU until all is taken down", () =>
  withFiles((paths) =>
    withLive(paths, async (live) => {
      const disk = paths.get("disk.raw") ?? "";
      expect(await begun(live)).toBeNull();
      expect(qemuIo(disk, "write 0 512")).toContain('Failed to get "write" lock');
      await takeDown(live);
      expect(qemuIo(disk, "write 0 512")).toContain("wrote 512/512");
    }),
  ));

test("a second one of us is refused, in the words in which a second QEMU is", () =>
  withFiles((paths) =>
    withLive(paths, (live) =>
      withLive(paths, async (second) => {
        expect(await begun(live)).toBeNull();
        const refusal = await begun(second);
        expect(refusal).toMatch(/^Failed to get shared "write" lock$/);
        expect(secondQemu(paths)).toContain(refusal);
        expect([...second.session.graph.exports.keys()]).toEqual([]);
      }),
    ),
  ));

/** What qemu-storage-daemon says that is to put the same hook above the same disk. */
function secondQemu(paths: ReadonlyMap<string, string>): string {
  const raw = (name: string, filename: string) =>
    `driver=raw,node-name=${name},file.driver=file,file.filename=${paths.get(filename)}`;
  const hook = "driver=copy-before-write,node-name=hook,file=disk,target=cache";
  const view = "driver=snapshot-access,node-name=view,file=hook";
  const definitions = [raw("disk", "disk.raw"), raw("cache", "cache.raw"), hook, view];
  const options = definitions.flatMap((definition) => ["--blockdev", definition]);
  return spawnSync(QEMU_DAEMON, options, { timeout: 10_000 }).stderr.toString();
}

test("a disk that QEMU writes cannot be fleeced, and can when QEMU has gone", () =>
  withFiles((paths) =>
    withLive(paths, async (live) => {
      const qemu = spawn(QEMU_IO, ["-f", "raw", paths.get("disk.raw") ?? ""]);
      qemu.stdin.write("write 0 512\n");
      await once(qemu.stdout, "data");
      const refusal = await begun(live);
      qemu.stdin.end("quit\n");
      await once(qemu, "close");
      expect(refusal).toBe('Failed to get shared "write" lock');
      await live.execute({ execute: "block-export-add", arguments: GUEST_EXPORT });
      expect([...live.session.graph.exports.keys()]).toEqual(["guest"]);
    }),
  ));
