/**
 * `blockgraph fleece` beside qemu-storage-daemon with the same graph, on the same files, through
 * the same client: fio's NBD engine, and nbdcopy.
 *
 * Both sides of a row run in turns; what is shown are medians and their ratio, ours to QEMU's. Each
 * begins with a new cache. First passes copy every cluster, second passes none. `TMPDIR` chooses
 * the file system; files are in the page cache, and client and server share two cores.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { packageFile } from "../src/package-file.ts";
import { median } from "./statistics.ts";

const MIB = 1024 * 1024;
const LENGTH = 256 * MIB;
const ROUNDS = 3;
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

/** What a client does. @returns MiB a second */
type Client = (uris: Uris) => number;

function fio(of: "guest" | "view", how: string, block: string, bytes: number): Client {
  return (uris) => {
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
}

const nbdcopy: Client = ({ view }) => {
  const began = performance.now();
  spawnSync("nbdcopy", ["--connections=4", view, "null:"]);
  return LENGTH / MIB / ((performance.now() - began) / 1000);
};

/** Does something before, and measures only what comes then. */
const after =
  (first: Client, client: Client): Client =>
  (uris) => {
    first(uris);
    return client(uris);
  };

const overwrite = fio("guest", "write", "1m", LENGTH);
const ROWS: readonly (readonly [string, Client])[] = [
  ["guest write 64 KiB, first pass", fio("guest", "write", "64k", LENGTH)],
  [
    "guest write 64 KiB, further passes",
    after(overwrite, fio("guest", "write", "64k", 8 * LENGTH)),
  ],
  ["guest write 1 MiB, first pass", fio("guest", "write", "1m", LENGTH)],
  ["guest write 1 MiB, further passes", after(overwrite, fio("guest", "write", "1m", 8 * LENGTH))],
  ["guest write 64 KiB random, first pass", fio("guest", "randwrite", "64k", LENGTH)],
  ["guest write 4 KiB random", after(overwrite, fio("guest", "randwrite", "4k", LENGTH))],
  ["view read 64 KiB, untouched", fio("view", "read", "64k", 8 * LENGTH)],
  ["view read 64 KiB, all overwritten", after(overwrite, fio("view", "read", "64k", 8 * LENGTH))],
  ["view read 1 MiB, all overwritten", after(overwrite, fio("view", "read", "1m", 8 * LENGTH))],
  ["nbdcopy of an untouched disk", nbdcopy],
];

/** Seconds of processor time that a process has used, and the most memory that it has held. */
function used(pid: number): { readonly seconds: number; readonly bytes: number } {
  const fields = fs
    .readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { seconds: ticks / 100, bytes: Number(peak) * 1024 };
}

/** What one side has done in all rounds of a row. */
class Measured {
  readonly rates: number[] = [];
  readonly seconds: number[] = [];
  readonly bytes: number[] = [];

  async round(side: Side, folder: string, client: Client): Promise<void> {
    const { rate, cost } = await side.serve(folder, (uris) => {
      const measured = client(uris);
      return { rate: measured, cost: used(uris.pid) };
    });
    this.rates.push(rate);
    this.seconds.push(cost.seconds);
    this.bytes.push(cost.bytes);
  }
}

async function measureRow(folder: string, name: string, client: Client): Promise<void> {
  const [mine, theirs] = [new Measured(), new Measured()];
  for (let round = 0; round < ROUNDS; round++) {
    await mine.round(ours, folder, client);
    await theirs.round(qemu, folder, client);
  }
  const rates = [mine, theirs].map((side) => median(side.rates).toFixed(0).padStart(10));
  const ratio = (what: "rates" | "seconds" | "bytes") => median(mine[what]) / median(theirs[what]);
  console.log(
    `${name.padEnd(40)}${rates.join("")}${ratio("rates").toFixed(2).padStart(8)}` +
      `${ratio("seconds").toFixed(1).padStart(12)}${ratio("bytes").toFixed(1).padStart(15)}`,
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
  console.log(`${"MiB/s".padEnd(40)}blockgraph      QEMU   ratio   CPU ratio   memory ratio`);
  for (const [name, client] of ROWS) await measureRow(folder, name, client);
} finally {
  fs.rmSync(folder, { recursive: true });
}
