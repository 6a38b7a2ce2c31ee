/**
 * `blockgraph fleece` under load: fio writes and verifies the disk while its view is copied again
 * and again; and it is killed at any moment, after which nothing is lost that was acknowledged.
 *
 * FLEECE_SECONDS says how long fio goes on (default: 60), FLEECE_KILLS how often it is killed (8).
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { readLog } from "../../src/log/reader.ts";
import { blockgraph } from "../cli/blockgraph.ts";
import { outputOf } from "../nbd/serving.ts";
import { Fleeced } from "../support/fleeced.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const SECONDS = Number(process.env.FLEECE_SECONDS ?? 60);
const KILLS = Number(process.env.FLEECE_KILLS ?? 8);
/** ms that a test may take beside what it is told to do */
const REST = 180_000;
/** ms that one kill takes, on a machine that is busy */
const KILL = 5000;
const MIB = 1024 * 1024;
const LENGTH = 48 * MIB;

function makeDisk(folder: string): { readonly disk: string; readonly original: Buffer } {
  const disk = join(folder, "disk.raw");
  const original = Buffer.alloc(LENGTH);
  for (let at = 0; at < LENGTH; at += 4096) original.writeUInt32LE(at / 4096 + 1, at);
  fs.writeFileSync(disk, original);
  return { disk, original };
}

needsTool("fio", "nbdcopy").test(
  `fio finds what it wrote, and every copy of the view is the point in time, for ${SECONDS} s`,
  () =>
    inTemporaryFolder(async (folder) => {
      const { disk, original } = makeDisk(folder);
      let copies = 0;
      await Fleeced.using(disk, folder, ["--cache", join(folder, "cache")], async (fleeced) => {
        let going = true;
        const load = outputOf(
          "fio",
          ...["--name=guest", "--ioengine=nbd", `--uri=${fleeced.guest}`, "--rw=randwrite"],
          // No multiple of a cluster, so that many go over the end of one; blocks never overlap.
          ...["--bs=36k", `--size=${LENGTH}`],
          ...["--iodepth=16", "--verify=crc32c", "--verify_fatal=1", "--verify_backlog=64"],
          "--verify_state_save=0",
          ...["--time_based", `--runtime=${SECONDS}`],
        ).then(
          () => {
            going = false;
          },
          (error: unknown) => {
            going = false;
            return error;
          },
        );
        while (going) {
          const copy = join(folder, "copy.raw");
          await outputOf("nbdcopy", "--connections=2", fleeced.view, copy);
          expect(fs.readFileSync(copy).equals(original)).toBe(true);
          copies++;
        }
        expect(await load).toBeUndefined();
      });
      expect(copies).toBeGreaterThan(1);
      console.info(`${copies} copies of the view in ${SECONDS} s, all of them the point in time`);
    }),
  REST + SECONDS * 1000,
);

/** Patterns that are written one after the other, and flushed; the last one that was is known. */
async function writeUntilKilled(guest: string, acknowledged: { pattern: number }): Promise<void> {
  for (;;) {
    const next = (acknowledged.pattern % 250) + 1;
    const areas = [0, 5, 11].map((cluster) => `write -P ${next} ${cluster * 65_536 + 512} 70000`);
    const commands = [...areas, "flush"].flatMap((command) => ["-c", command]);
    try {
      await outputOf("qemu-io", "-f", "raw", ...commands, guest);
    } catch {
      return;
    }
    acknowledged.pattern = next;
  }
}

needsTool("qemu-io").test(
  `killed ${KILLS} times, it loses nothing that was flushed, and says what became of the view`,
  () =>
    inTemporaryFolder(async (folder) => {
      const { disk } = makeDisk(folder);
      const acknowledged = { pattern: 0 };
      for (let killed = 0; killed < KILLS; killed++) {
        const log = join(folder, "run.jsonl");
        const ended = await Fleeced.using(disk, folder, ["--log", log, "--force"], async (run) => {
          const writing = writeUntilKilled(run.guest, acknowledged);
          await new Promise((resolve) => setTimeout(resolve, 150 + ((killed * 137) % 500)));
          run.child.kill("SIGKILL");
          await writing;
        });
        expect(ended.stderr.includes("left over from a run that was killed")).toBe(killed > 0);
        if (acknowledged.pattern > 0) expectPattern(disk, acknowledged.pattern);
        expect(readLog(log).records[0]?.kind).toBe("start");
      }
      expect(acknowledged.pattern).toBeGreaterThan(0);
      const after = await blockgraph(["fleece", disk, "--run", "true"]);
      expect(after.code).toBe(0);
      expect(after.stderr).toContain("The view of that run is lost");
      expect(fs.readdirSync(folder).filter((name) => name.includes("cache"))).toEqual([]);
    }),
  REST + KILLS * KILL,
);

needsTool("qemu-io", "qemu-img").test(
  `a qcow2 image that is killed ${KILLS} times has what was flushed, and nothing but leaks`,
  () =>
    inTemporaryFolder(async (folder) => {
      const disk = join(folder, "disk.qcow2");
      await outputOf("qemu-img", "create", "-q", "-f", "qcow2", disk, String(LENGTH));
      const acknowledged = { pattern: 0 };
      for (let killed = 0; killed < KILLS; killed++) {
        await Fleeced.using(disk, folder, [], async (fleeced) => {
          const writing = writeUntilKilled(fleeced.guest, acknowledged);
          await new Promise((resolve) => setTimeout(resolve, 150 + ((killed * 137) % 500)));
          fleeced.child.kill("SIGKILL");
          await writing;
        });
        const checked = spawnSync("qemu-img", ["check", disk]);
        expect([0, 3], String(checked.stdout)).toContain(checked.status);
        const raw = join(folder, "content.raw");
        await outputOf("qemu-img", "convert", "-O", "raw", disk, raw);
        if (acknowledged.pattern > 0) expectPattern(raw, acknowledged.pattern);
      }
      expect(acknowledged.pattern).toBeGreaterThan(0);
    }),
  REST + KILLS * KILL,
);

/** All areas have what was flushed last, or what was being written over it when it was killed. */
function expectPattern(disk: string, pattern: number): void {
  const bytes = fs.readFileSync(disk);
  const next = (pattern % 250) + 1;
  for (const cluster of [0, 5, 11]) {
    const area = bytes.subarray(cluster * 65_536 + 512, cluster * 65_536 + 512 + 70_000);
    expect([...new Set(area)].filter((byte) => byte !== pattern && byte !== next)).toEqual([]);
  }
}
