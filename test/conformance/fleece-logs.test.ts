/**
 * Logs of disks that are no plain files, fleeced under load: what is in them replays in the
 * simulator to the byte, every property judged, and what is changed in them is noticed.
 *
 * FLEECE_LOG_SECONDS says how long fio goes on.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { readLog } from "../../src/log/reader.ts";
import type { ImageRecord, LogBody } from "../../src/log/record.ts";
import { blockgraph } from "../cli/blockgraph.ts";
import { outputOf } from "../nbd/serving.ts";
import { Fleeced } from "../support/fleeced.ts";
import { changeLog } from "../support/log-file.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const SECONDS = Number(process.env.FLEECE_LOG_SECONDS ?? 2);
const MIB = 1024 * 1024;
const LENGTH = 8 * MIB;

const { test } = needsTool("fio", "nbdcopy", "qemu-io", "qemu-img", "qemu-nbd", "nbdkit");

/** The file that has what a disk showed at first. */
const SHOWN = "shown.raw";

interface LoggedDisk {
  /** a file, or a URI */
  readonly disk: string;
  readonly original: Buffer;
  readonly folder: string;
}

/** An image whose clusters are its own, zero, compressed, and in one of two images behind it. */
async function makeChain(folder: string): Promise<LoggedDisk> {
  const path = (name: string) => join(folder, name);
  const [base, middle, disk] = [
    path("base.raw"),
    path("middle.qcow2"),
    path("disk.qcow2"),
  ] as const;
  const raw = path(SHOWN);
  fs.writeFileSync(base, Buffer.alloc(LENGTH, "what is behind all "));
  const create = ["create", "-q", "-f", "qcow2", "-b"];
  await outputOf("qemu-img", ...create, base, "-F", "raw", "-o", "cluster_size=4k", middle);
  await outputOf("qemu-io", "-c", "write -P 1 1000k 777k", "-c", "write -z 5M 64k", middle);
  await outputOf("qemu-img", ...create, middle, "-F", "qcow2", disk);
  const own = ["write -P 2 1200k 200k", "write -z 3M 128k", "write -c -P 3 4M 64k"];
  await outputOf("qemu-io", ...own.flatMap((each) => ["-c", each]), disk);
  await outputOf("qemu-img", "convert", "-O", "raw", disk, raw);
  return { disk, original: fs.readFileSync(raw), folder };
}

/** Fleeces a disk whose guest is fio, while the view is copied. @returns the path of the log */
async function logUnderLoad({ disk, original, folder }: LoggedDisk, ...options: string[]) {
  const log = join(folder, "run.jsonl");
  const all = ["--log", log, ...options];
  const ended = await Fleeced.using(disk, folder, all, async ({ guest, view }) => {
    const load = outputOf(
      "fio",
      ...["--name=guest", "--ioengine=nbd", `--uri=${guest}`, "--rw=randwrite", "--bs=36k"],
      ...[`--size=${6 * MIB}`, "--iodepth=8", "--verify=crc32c", "--verify_fatal=1"],
      ...["--verify_backlog=32", "--verify_state_save=0", "--time_based", `--runtime=${SECONDS}`],
    );
    const copy = join(folder, "copy.raw");
    for (let copies = 0; copies < 2; copies++) {
      await outputOf("nbdcopy", "--connections=2", view, copy);
      expect(fs.readFileSync(copy).equals(original)).toBe(true);
    }
    const rest = ["write -z 6M 100k", "discard 7M 512k", "flush"];
    await outputOf("qemu-io", "-f", "raw", ...rest.flatMap((each) => ["-c", each]), guest);
    await load;
  });
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return log;
}

const replay = (log: string, ...more: readonly string[]) =>
  blockgraph(["replay", log, "--on", "sim", "--json", ...more]);

async function expectReplays(log: string): Promise<void> {
  const { code, stdout } = await replay(log);
  expect(JSON.parse(stdout)).toMatchObject({ identical: true, violations: [] });
  expect(code).toBe(0);
}

test("the run of an image in a chain replays, and no property is violated", () =>
  inTemporaryFolder(async (folder) => {
    const log = await logUnderLoad(await makeChain(folder), "--cache", join(folder, "cache"));
    const [start, note] = readLog(log).records;
    expect(start).toMatchObject({ images: [{ format: { driver: "qcow2" } }, {}, {}, {}] });
    expect(note).toMatchObject({ kind: "note", text: expect.stringContaining("disk.qcow2") });
    await expectReplays(log);
  }));

test("so does one with the cache in memory, in clusters of another size", () =>
  inTemporaryFolder(async (folder) => {
    const sizes = ["--memory", "16M", "--cluster-size", "16384"];
    await expectReplays(await logUnderLoad(await makeChain(folder), ...sizes));
  }));

test("so does that of a disk on nbdkit, and on qemu-nbd", () =>
  inTemporaryFolder(async (folder) => {
    const [file, socket] = [join(folder, "disk.raw"), join(folder, "server.sock")];
    const original = Buffer.alloc(LENGTH, "what a server has ");
    for (const [tool, args] of [
      ["nbdkit", ["-f", "-v", "-U", socket, "file", file]],
      ["qemu-nbd", ["-t", "-x", "", "-f", "raw", "-k", socket, file]],
    ] as const) {
      fs.writeFileSync(file, original);
      fs.rmSync(socket, { force: true });
      const server = spawn(tool, args, { stdio: "ignore" });
      try {
        while (!fs.existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
        const disk = `nbd+unix:///?socket=${socket}`;
        const log = await logUnderLoad({ disk, original, folder }, "--memory", "16M", "--force");
        expect(readLog(log).records[1]).toMatchObject({
          text: expect.stringContaining("stands for the export"),
        });
        await expectReplays(log);
      } finally {
        const exited = once(server, "exit");
        server.kill("SIGTERM");
        await exited;
      }
    }
  }));

/** Bitmaps that record, of two granularities, and one that does not: of the disk and behind it. */
async function addBitmaps({ disk, folder }: LoggedDisk): Promise<void> {
  const behind = join(folder, "middle.qcow2");
  await outputOf("qemu-img", "bitmap", "--add", behind, "old");
  for (const words of [["fine", "-g", "4096"], ["since"], ["still", "--disable"]]) {
    await outputOf("qemu-img", "bitmap", "--add", disk, ...words);
  }
  const writes = ["write -P 4 1M 100k", "write -z 2M 64k", "write -P 5 5M 1"];
  await outputOf("qemu-io", ...writes.flatMap((each) => ["-c", each]), disk);
}

test("so does that of a disk with a shorter backing file, or none, and discards", () =>
  inTemporaryFolder(async (folder) => {
    const [base, log] = [join(folder, "base.raw"), join(folder, "run.jsonl")];
    fs.writeFileSync(base, Buffer.alloc(96 * 1024, "short "));
    for (const behind of [["-b", base, "-F", "raw"], []]) {
      const disk = join(folder, "disk.qcow2");
      await outputOf("qemu-img", "create", "-q", "-f", "qcow2", ...behind, disk, "1M");
      await outputOf("qemu-io", "-c", "write -P 1 256k 256k", disk);
      const given = ["--memory", "2M", "--log", log, "--force"];
      await Fleeced.using(disk, folder, given, async ({ guest }) => {
        const writes = ["write -P 9 0 200k", "discard 256k 128k", "read 0 1M"];
        await outputOf("qemu-io", "-f", "raw", ...writes.flatMap((each) => ["-c", each]), guest);
      });
      await expectReplays(log);
    }
  }));

for (const [bitmap, ...options] of [["since"], ["since", "--memory", "16M"], ["fine"]] as const) {
  test(`so does that of what a bitmap has recorded: ${bitmap} ${options.join(" ")}`, () =>
    inTemporaryFolder(async (folder) => {
      const made = await makeChain(folder);
      await addBitmaps(made);
      const log = join(folder, "run.jsonl");
      const given = ["--bitmap", bitmap, "--log", log, ...options];
      const ended = await Fleeced.using(made.disk, folder, given, async ({ guest, view }) => {
        const writes = ["write -P 9 900k 300k", "write -P 9 5M 2M", "discard 2M 16k", "write 0 1k"];
        await Promise.all([
          outputOf("qemu-io", "-f", "raw", ...writes.flatMap((each) => ["-c", each]), guest),
          outputOf("qemu-io", "-r", "-f", "raw", "-c", "read -P 4 1M 100k", view),
        ]);
        const reads = ["read -P 4 1M 100k", "read -P 0 2M 64k", "read -P 5 5M 1"];
        await outputOf(
          "qemu-io",
          "-r",
          "-f",
          "raw",
          ...reads.flatMap((each) => ["-c", each]),
          view,
        );
        const clean = outputOf("qemu-io", "-r", "-f", "raw", "-c", "read 512k 4k", view);
        await expect(clean).rejects.toThrow("Invalid argument");
      });
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      await expectReplays(log);
      const forged = changeLog(log, folder, (body) =>
        withImages(body, ({ format, ...image }) =>
          format?.bitmaps === undefined
            ? image
            : {
                ...image,
                format: {
                  ...format,
                  bitmaps: format.bitmaps.map((each) => ({ ...each, dirty: [] })),
                },
              },
        ),
      );
      expect(JSON.parse((await replay(forged)).stdout)).toMatchObject({ identical: false });
    }));
}

function withImages(body: LogBody, change: (image: ImageRecord) => ImageRecord): LogBody {
  return body.kind === "start" ? { ...body, images: body.images.map(change) } : body;
}

/** What somebody could change in a log, with the chain of hashes made whole again. */
const FORGERIES: Readonly<Record<string, (body: LogBody) => LogBody>> = {
  "what a read returned": (body) =>
    body.kind === "done" && body.digest !== undefined ? { ...body, digest: "0".repeat(16) } : body,
  "which clusters are the image's own": (body) =>
    withImages(body, ({ format, ...image }) =>
      format === undefined ? image : { ...image, format: { ...format, own: [] } },
    ),
  "what is behind it": (body) =>
    withImages(body, (image) =>
      image.filename.endsWith("base.raw") ? { ...image, extents: [] } : image,
    ),
};

test("a log that was changed is another one", () =>
  inTemporaryFolder(async (folder) => {
    const log = await logUnderLoad(await makeChain(folder), "--memory", "16M");
    for (const [what, change] of Object.entries(FORGERIES)) {
      const { code, stdout } = await replay(changeLog(log, folder, change));
      expect(JSON.parse(stdout), what).toMatchObject({ identical: false });
      expect(code).toBe(1);
    }
  }));

test("what a killed run has written of its log replays", () =>
  inTemporaryFolder(async (folder) => {
    const { disk } = await makeChain(folder);
    const log = join(folder, "run.jsonl");
    await Fleeced.using(disk, folder, ["--log", log], async ({ guest, child }) => {
      const writes = Array.from({ length: 40 }, (_, at) => [
        "-c",
        `write -P ${at} ${at * 100}k 70k`,
      ]);
      const writing = outputOf("qemu-io", "-f", "raw", ...writes.flat(), guest).catch(() => {});
      while (readLog(log).records.length < 60) await new Promise((done) => setTimeout(done, 20));
      child.kill("SIGKILL");
      await writing;
    });
    await expectReplays(log);
  }));

test("an image that is too large for a log is brought as what it showed", () =>
  inTemporaryFolder(async (folder) => {
    const { disk } = await makeChain(folder);
    const log = join(folder, "run.jsonl");
    await Fleeced.using(disk, folder, ["--log", log], async ({ guest }) => {
      await outputOf("qemu-io", "-f", "raw", "-c", "write -P 9 1M 1M", "-c", "read 0 8M", guest);
    });
    const without = changeLog(log, folder, (body) =>
      withImages(body, (image) =>
        image.format === undefined ? image : { ...image, extents: null },
      ),
    );
    expect((await replay(without)).stderr).toContain("too large to be carried in the log");
    const images = [
      `disk.raw=${join(folder, SHOWN)}`,
      `${join(folder, "middle.qcow2")}=${join(folder, "middle.raw")}`,
    ];
    await outputOf(
      "qemu-img",
      "convert",
      "-O",
      "raw",
      join(folder, "middle.qcow2"),
      join(folder, "middle.raw"),
    );
    const { code, stdout } = await replay(without, ...images.flatMap((each) => ["--image", each]));
    expect(JSON.parse(stdout)).toMatchObject({ identical: true, violations: [] });
    expect(code).toBe(0);
  }));
