/**
 * `blockgraph fleece` from the command line: what it prints, what it leaves behind, and what it
 * refuses. What clients see is in test/conformance/fleece.test.ts.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readLog } from "../../src/log/reader.ts";
import { createQcow2 } from "../../src/storage/qcow2/create.ts";
import { blockgraph, expectRefusal, scratchFolder } from "./blockgraph.ts";

const MIB = 1024 * 1024;

function withDisk(bytes = 200_000) {
  const folder = scratchFolder();
  fs.writeFileSync(join(folder, "disk.raw"), Buffer.alloc(bytes, 7));
  const options = { cwd: folder };
  const fleece = (...args: readonly string[]) => blockgraph(["fleece", ...args], options);
  return { folder, fleece };
}

test("it says where the exports are, ends with its command, and leaves nothing", async () => {
  const { folder, fleece } = withDisk();
  const ended = await fleece("disk.raw", "--run", 'echo "G $guest"; echo "V $view"; ls');
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  const lines = ended.stdout.split("\n");
  expect(lines[0]).toMatch(/^guest: nbd\+unix:/);
  expect(lines[2]).toBe(lines[0]?.replace("guest: ", "G "));
  expect(lines[3]).toBe(lines[1]?.replace("view: ", "V "));
  expect(lines).toContain("disk.raw.blockgraph-cache");
  expect(lines.at(-2)).toMatch(/^the disk is the guest's again, after \d+\.\d s$/);
  expect(fs.readdirSync(folder)).toEqual(["disk.raw"]);
});

test("--json is one document at the end, and the exit status is that of the command", async () => {
  const { fleece } = withDisk();
  const ended = await fleece("disk.raw", "--json", "--run", "exit 3");
  expect(ended.code).toBe(1);
  const document = ended.stdout.slice(ended.stdout.indexOf("{"));
  expect(JSON.parse(document)).toMatchObject({
    kind: "fleece",
    guest: { read: 0, written: 0, stalls: 0 },
    saved: { clusters: 0, bytes: 0 },
    cache: { used: 0, room: 4 },
    broken: false,
  });
});

test("--keep-cache keeps it where it was wanted, as long as the disk", async () => {
  const { folder, fleece } = withDisk(123_456);
  await fleece("disk.raw", "--cache", "old", "--keep-cache", "--run", "true");
  expect(fs.statSync(join(folder, "old")).size).toBe(123_456);
});

test("a log is whole, and replays", async () => {
  const { folder, fleece } = withDisk();
  await fleece("disk.raw", "--log", "run.jsonl", "--run", "true");
  const { records } = readLog(join(folder, "run.jsonl"));
  expect(records[0]).toMatchObject({ kind: "start", model: "live" });
  expect(records.filter(({ kind }) => kind === "error")).toEqual([]);
  const replayed = await blockgraph(["replay", "run.jsonl", "--on", "sim"], { cwd: folder });
  expect(replayed).toMatchObject({ code: 0 });
});

test("a socket that was left behind is no obstacle, one that is in use is", async () => {
  const { folder, fleece } = withDisk();
  const sockets = ["--guest", "g.sock", "--view", "v.sock", "--run", "true"];
  const server = createServer().listen(join(folder, "g.sock"));
  onTestFinished(() => void server.close());
  const refused = await fleece("disk.raw", ...sockets);
  expectRefusal(refused, /Failed to bind socket to g\.sock: Address already in use/);
  expect(fs.readdirSync(folder).sort()).toEqual(["disk.raw", "g.sock"]);
});

describe("it refuses", () => {
  test.each([
    [["disk.raw"], /needs --guest SOCKET and --view SOCKET, or --run COMMAND/],
    [["disk.raw", "--guest", "a", "--view", "a"], /are both a; give each a socket/],
    [["nowhere.raw", "--run", "true"], /nowhere\.raw: no such file/],
    [[".", "--run", "true"], /is a directory: name a regular file/],
    [["disk.raw", "--memory", "1K", "--run", "true"], /does not hold a cluster of 65536 bytes/],
    [["disk.raw", "--when-full", "wait", "--run", "true"], /add --memory SIZE/],
    [
      ["disk.raw", "--memory", "1M", "--when-full", "wait", "--run", "true"],
      /add --cache FILE, or --trim/,
    ],
    [
      ["disk.raw", "--memory", "1M", "--on-cbw-error", "break-snapshot", "--run", "true"],
      /--when-full break-snapshot/,
    ],
    [
      ["disk.raw", "--memory", "1M", "--cbw-timeout", "1", "--run", "true"],
      /fails the guest's write in the end/,
    ],
    [["disk.raw", "--cluster-size", "5000", "--run", "true"], /give a power of two/],
    [["disk.raw", "--cluster-size", "12", "--run", "true"], /whole number from 4096/],
    [["disk.raw", "--cache", "disk.raw", "--run", "true"], /used for something else/],
    [["disk.raw", "--cache", "./disk.raw", "--force", "--run", "true"], /used for something else/],
    [["disk.raw", "--log", "disk.raw", "--run", "true"], /used for something else/],
    [["disk.raw", "--log", "no/where", "--run", "true"], /no\/where/],
    [["disk.raw", "--guest", "nbd://a:1", "--view", "b"], /a port is only offered with TLS/],
    [["disk.raw", "--guest", "nbds://a:1", "--view", "b"], /add --object and --tls-creds/],
    [["disk.raw", "--guest", "nbds://a", "--view", "b"], /give nbds:\/\/HOST:PORT/],
    [["disk.raw", "--tls-creds", "tls", "--run", "true"], /No TLS credentials with id 'tls'/],
    [["disk.raw", "--object", "throttle-group,id=a", "--run", "true"], /only tls-creds-x509/],
    [["disk.raw", "--disk-tls-creds", "a", "--run", "true"], /a disk on a server/],
    [["disk.raw", "--bitmap", "b", "--run", "true"], /is no qcow2 image, and keeps no bitmaps/],
    [["nbd+unix:///?socket=none", "--run", "true"], /Failed to connect to 'none'/],
    [["nbd+unix:///", "--memory", "1M", "--run", "true"], /socket=PATH goes with nbd\+unix/],
    [["nbd://", "--memory", "1M", "--run", "true"], /is no NBD URI/],
    [["nbds://host", "--memory", "1M", "--run", "true"], /nbds is TLS; add --object/],
  ])("%j", async (args, problem) => {
    const { folder, fleece } = withDisk();
    expectRefusal(await fleece(...args), problem);
    expect(fs.readdirSync(folder)).toEqual(["disk.raw"]);
    expect(fs.readFileSync(join(folder, "disk.raw")).equals(Buffer.alloc(200_000, 7))).toBe(true);
  });

  test("what lies behind an image, and what is no regular file, is not written over", async () => {
    const { folder, fleece } = withDisk();
    createQcow2(join(folder, "behind.qcow2"), { size: MIB });
    const backing = { file: "behind.qcow2", format: "qcow2" };
    createQcow2(join(folder, "top.qcow2"), { size: MIB, backing });
    fs.linkSync(join(folder, "behind.qcow2"), join(folder, "link"));
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const before = fs.readFileSync(join(folder, "behind.qcow2"));
    for (const name of ["behind.qcow2", "link"]) {
      for (const option of ["--cache", "--log"]) {
        const refused = await fleece("top.qcow2", option, name, "--force", "--run", "true");
        expectRefusal(refused, /used for something else/);
      }
    }
    const refused = await fleece("top.qcow2", "--cache", "pipe", "--force", "--run", "true");
    expectRefusal(refused, /is no regular file/);
    expect(fs.readFileSync(join(folder, "behind.qcow2"))).toEqual(before);
    expect(fs.readdirSync(folder).sort()).toEqual([
      "behind.qcow2",
      "disk.raw",
      "link",
      "pipe",
      "top.qcow2",
    ]);
  });

  test.each([
    ["QFI\xfb........", /qcow2/],
    ["KDMV........", /is a VMDK image, and only raw and qcow2 can be fleeced/],
  ])(
    "an image in a format that it is not, or that nobody knows here: %j",
    async (bytes, problem) => {
      const { folder, fleece } = withDisk();
      fs.writeFileSync(join(folder, "disk.img"), Buffer.from(bytes, "latin1"));
      expectRefusal(await fleece("disk.img", "--run", "true"), problem);
    },
  );
});
