/**
 * `blockgraph fleece` beside qemu-storage-daemon with the same graph, on the same files, through
 * the same client: fio's NBD engine, and nbdcopy.
 *
 * Both sides of a row run in turns; what is shown are medians and their ratio, ours to QEMU's. Each
 * begins with a new cache. First passes copy every cluster, further passes none. `TMPDIR` chooses
 * the file system; files are in the page cache, and client and server share two cores. Processor
 * time is the server's while its client works, without what it takes to start it.
 *
 *     node dist/bench/serve.js --size 256 --rounds 5 --rows 'view read'
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packageFile } from "../src/package-file.ts";
import { median } from "./statistics.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const { values } = parseArgs({
  options: {
    /** MiB of the disk */
    size: { type: "string", default: "1024" },
    rounds: { type: "string", default: "3" },
    /** a regular expression; only rows that match are measured */
    rows: { type: "string", default: "" },
  },
});
const LENGTH = Number(values.size) * MIB;
const ROUNDS = Number(values.rounds);
/** bytes that a row moves that may move as many as it likes */
const LONG = Math.max(2 * GIB, LENGTH);
/** bytes that small requests move */
const SHORT = Math.min(256 * MIB, LENGTH);
const PROGRAM = fileURLToPath(packageFile("dist/program/main.js"));

interface Side {
  readonly name: string;
  /** Serves the disk while `use` works with its exports. @returns what `use` does */
  serve<T>(folder: string, use: (uris: Uris) => T): Promise<T>;
}

interface Uris {
  readonly guest: string;
  readonly view: string;
  readonly pid: number;
}

const ours: Side = {
  name: "blockgraph",
  async serve(folder, use) {
    const [guest, view] = ["guest.sock", "view.sock"].map((name) => join(folder, name));
    const sockets = ["--guest", String(guest), "--view", String(view)];
    const disk = join(folder, "disk.raw");
    const child = spawn(process.execPath, [PROGRAM, "fleece", disk, ...sockets]);
    await once(child.stdout, "data");
    const uri = (path: string | undefined) => `nbd+unix:///?socket=${path}`;
    const result = use({ guest: uri(guest), view: uri(view), pid: child.pid ?? 0 });
    child.kill("SIGTERM");
    await once(child, "close");
    return result;
  },
};

const qemu: Side = {
  name: "qemu-storage-daemon",
  async serve(folder, use) {
    const cache = join(folder, "cache.raw");
    fs.rmSync(cache, { force: true });
    fs.closeSync(fs.openSync(cache, "wx"));
    fs.truncateSync(cache, LENGTH);
    const pidfile = join(folder, "pid");
    const raw = (name: string) =>
      `driver=raw,node-name=${name},file.driver=file,file.filename=${join(folder, name)}.raw`;
    const nodes = [
      ...[raw("disk"), raw("cache")],
      "driver=copy-before-write,node-name=hook,file=disk,target=cache",
      "driver=snapshot-access,node-name=view,file=hook",
    ].flatMap((node) => ["--blockdev", node]);
    const socket = join(folder, "qemu.sock");
    const server = ["--nbd-server", `addr.type=unix,addr.path=${socket}`];
    const exports = [
      "type=nbd,id=guest,node-name=hook,name=guest,writable=on",
      "type=nbd,id=view,node-name=view,name=view",
    ].flatMap((each) => ["--export", each]);
    const options = [...nodes, ...server, ...exports, "--pidfile", pidfile];
    const child = spawn("qemu-storage-daemon", options);
    while (!fs.existsSync(pidfile) || fs.statSync(pidfile).size === 0) await pause(5);
    const uri = (name: string) => `nbd+unix:///${name}?socket=${socket}`;
    const result = use({ guest: uri("guest"), view: uri("view"), pid: child.pid ?? 0 });
    child.kill("SIGTERM");
    await once(child, "close");
    return result;
  },
};

/** What a client does, and how many bytes it moves. */
interface Client {
  readonly bytes: number;
  /** @returns MiB a second */
  run(uris: Uris): number;
}

function fio(of: "guest" | "view", how: string, block: string, bytes: number): Client {
  const run = (uris: Uris) => {
    const { stdout } = spawnSync("fio", [
      ...["--name=x", "--ioengine=nbd", `--uri=${uris[of]}`, `--rw=${how}`, `--bs=${block}`],
      ...[`--size=${LENGTH}`, `--io_size=${bytes}`, "--iodepth=16", "--output-format=json"],
    ]);
    const text = stdout.toString();
    const { jobs }: { jobs: { read: { bw: number }; write: { bw: number } }[] } = JSON.parse(
      text.slice(text.indexOf("{")),
    );
    return jobs.reduce((sum, { read, write }) => sum + read.bw + write.bw, 0) / 1024;
  };
  return { bytes, run };
}

const nbdcopy: Client = {
  bytes: LENGTH,
  run({ view }) {
    const began = performance.now();
    spawnSync("nbdcopy", ["--connections=4", view, "null:"]);
    return LENGTH / MIB / ((performance.now() - began) / 1000);
  },
};

interface Row {
  readonly name: string;
  /** what is done before, and not measured */
  readonly first?: Client;
  readonly client: Client;
}

const first = fio("guest", "write", "1m", LENGTH);
const rows: readonly Row[] = [
  { name: "guest write 64 KiB, first pass", client: fio("guest", "write", "64k", LENGTH) },
  { name: "guest write 64 KiB, further passes", first, client: fio("guest", "write", "64k", LONG) },
  { name: "guest write 1 MiB, first pass", client: first },
  { name: "guest write 1 MiB, further passes", first, client: fio("guest", "write", "1m", LONG) },
  {
    name: "guest write 64 KiB random, first pass",
    client: fio("guest", "randwrite", "64k", LENGTH),
  },
  {
    name: "guest write 64 KiB random, further",
    first,
    client: fio("guest", "randwrite", "64k", LONG),
  },
  { name: "guest write 4 KiB random, first pass", client: fio("guest", "randwrite", "4k", SHORT) },
  { name: "guest write 4 KiB random", first, client: fio("guest", "randwrite", "4k", SHORT) },
  { name: "view read 64 KiB, untouched", client: fio("view", "read", "64k", LONG) },
  { name: "view read 64 KiB, all overwritten", first, client: fio("view", "read", "64k", LONG) },
  { name: "view read 1 MiB, untouched", client: fio("view", "read", "1m", LONG) },
  { name: "view read 1 MiB, all overwritten", first, client: fio("view", "read", "1m", LONG) },
  { name: "nbdcopy of an untouched disk", client: nbdcopy },
  { name: "nbdcopy, the second of a server", first: nbdcopy, client: nbdcopy },
];

/** Seconds of processor time that a process has used. */
function secondsOf(pid: number): number {
  const fields = fs
    .readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The most memory that a process has held, in bytes. */
function peakOf(pid: number): number {
  const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(peak) * 1024;
}

/** What one side has done in all rounds of a row. */
class Measured {
  /** MiB a second */
  readonly rates: number[] = [];
  /** of processor time, for each GiB */
  readonly seconds: number[] = [];
  readonly bytes: number[] = [];

  async round(side: Side, folder: string, { first, client }: Row): Promise<void> {
    await side.serve(folder, (uris) => {
      first?.run(uris);
      settle(folder);
      const before = secondsOf(uris.pid);
      this.rates.push(client.run(uris));
      this.seconds.push((secondsOf(uris.pid) - before) / (client.bytes / GIB));
      this.bytes.push(peakOf(uris.pid));
    });
  }
}

/** Waits until what was written is on the disk: nobody pays for who was there before. */
function settle(folder: string): void {
  for (const name of fs.readdirSync(folder).filter((each) => /raw/.test(each))) {
    const fd = fs.openSync(join(folder, name), "r+");
    fs.fsyncSync(fd);
    fs.closeSync(fd);
  }
}

async function measureRow(folder: string, row: Row): Promise<void> {
  const [mine, theirs] = [new Measured(), new Measured()];
  for (let round = 0; round < ROUNDS; round++) {
    await mine.round(ours, folder, row);
    await theirs.round(qemu, folder, row);
  }
  const both = (what: "rates" | "seconds" | "bytes", unit: number, digits: number) => {
    const [our, their] = [median(mine[what]), median(theirs[what])];
    const shown = [our, their].map((value) => (value / unit).toFixed(digits).padStart(6));
    return `${shown.join("")}${(our / their).toFixed(2).padStart(6)}`;
  };
  console.log(
    `${row.name.padEnd(38)}${both("rates", 1, 0)}  ${both("seconds", 1, 2)}  ` +
      `${both("bytes", MIB, 0)}`,
  );
}

function makeDisk(path: string): void {
  const content = Buffer.alloc(MIB);
  for (let at = 0; at < MIB; at += 4) {
    content.writeUInt32LE(Math.imul(at + 1, 0x9e3779b1) >>> 0, at);
  }
  const disk = fs.openSync(path, "wx");
  for (let at = 0; at < LENGTH; at += MIB) fs.writeSync(disk, content, 0, MIB, at);
  fs.closeSync(disk);
}

const folder = fs.mkdtempSync(join(tmpdir(), "blockgraph-bench-"));
try {
  makeDisk(join(folder, "disk.raw"));
  const columns = ["MiB/s: ours, QEMU's", "CPU s per GiB", "MiB of memory"];
  console.log(`${"".padEnd(38)}${columns.map((name) => name.padStart(18)).join("  ")}`);
  const wanted = new RegExp(values.rows);
  for (const row of rows) if (wanted.test(row.name)) await measureRow(folder, row);
} finally {
  fs.rmSync(folder, { recursive: true });
}
