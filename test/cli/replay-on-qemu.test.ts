/**
 * What cannot be replayed on a QEMU is refused in one line, before any QEMU is started.
 */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import type { LogBody } from "../../src/log/record.ts";
import { io, setUp, start, step } from "../support/fleecing-graph.ts";
import { writeLog } from "../support/log-file.ts";
import { blockgraph, expectRefusal, PROGRAM, scratchFolder } from "./blockgraph.ts";

/** for what takes some hundredths of a second, unless the machine is busy */
const PATIENCE = { timeout: 30_000, interval: 20 };

const begin = start("qemu-7.2");
const command = (execute: string, given: JsonObject): LogBody[] => [
  begin,
  { kind: "qmp", id: 0, execute, arguments: given },
];
const node = (options: JsonObject) => command("blockdev-add", { "node-name": "n", ...options });

/** Replays a log of these records. @param words after `--on qemu` */
function replayed(bodies: readonly LogBody[], ...words: readonly string[]) {
  return blockgraph(["replay", writeLog(scratchFolder(), bodies), "--on", "qemu", ...words]);
}

/** A program that says what version it is. */
function impostor(version: string): string {
  const path = join(scratchFolder(), "qemu");
  writeFileSync(path, `#!/bin/sh\necho QEMU emulator version ${version}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("on a QEMU", () => {
  test.each<[string, readonly LogBody[], RegExp]>([
    [
      "of 2018",
      [start("rfc-2018")],
      /follows profile 'rfc-2018', which no QEMU does; replay it with --on sim or --on files/,
    ],
    ["of our own rules", [start("proposed")], /follows profile 'proposed', which no QEMU does/],
    [
      "of a mutant",
      [{ ...begin, mutant: "guest-does-not-drain" }],
      /made with mutant 'guest-does-not-drain', which no QEMU has/,
    ],
    [
      "of small clusters",
      [{ ...begin, "cluster-size": 4096 }],
      /clusters have 4096 bytes, and those of QEMU 65536/,
    ],
    [
      "with a fault",
      [begin, { kind: "fault", agent: 0, errno: "EIO" }],
      /record 1 is a fault \(EIO\), which QEMU cannot be told to have there; replay the log with/,
    ],
    ["with a time-out", [begin, step(0, "TIMEOUT")], /record 1 is a time-out, which/],
    ["with a crash", [begin, { kind: "crash" }], /record 1 is a crash, which/],
    [
      "with an end and no beginning",
      [begin, { kind: "done", request: 3, errno: null }],
      /record 1 ends request 3, which never began/,
    ],
  ])("a log %s is refused", async (_, bodies, line) => {
    expectRefusal(await replayed(bodies), line);
  });

  test.each<[string, readonly LogBody[], RegExp]>([
    [
      "a file elsewhere",
      node({ driver: "file", filename: "/etc/passwd" }),
      /record 1 is not sent to QEMU: filename "\/etc\/passwd" leads out of the graph; replay/,
    ],
    [
      "a file above",
      node({ driver: "raw", file: { driver: "file", filename: "../x" } }),
      /filename "..\/x" leads/,
    ],
    ["a protocol", node({ driver: "file", filename: "nbd:localhost:1" }), /filename "nbd:/],
    ["a file that is no text", node({ driver: "file", filename: 1 }), /filename 1 leads/],
    ["a host", node({ driver: "ssh", path: "x" }), /driver "ssh" leads/],
    [
      "a host's server",
      node({ driver: "raw", server: { type: "inet" } }),
      /server {"type":"inet"}/,
    ],
    ["a file of rules", node({ driver: "blkdebug", config: "x" }), /config "x" leads/],
    [
      "a mount",
      command("block-export-add", { type: "fuse", id: "e", "node-name": "n", mountpoint: "/" }),
      /type "fuse" leads/,
    ],
    [
      "a file that a transaction makes",
      command("transaction", {
        actions: [{ type: "blockdev-snapshot-sync", data: { "snapshot-file": "../made" } }],
      }),
      /snapshot-file "\.\.\/made" leads/,
    ],
    [
      "what is no command of a transaction",
      command("transaction", { actions: [{ type: "blockdev-snapshot-internal-sync", data: {} }] }),
      /type "blockdev-snapshot-internal-sync" leads/,
    ],
    ["a secret", command("object-add", { "qom-type": "secret", id: "s" }), /qom-type "secret"/],
    ["another device", command("device_add", { driver: "vfio-pci", id: "d" }), /driver "vfio-pci"/],
    [
      "another command",
      command("human-monitor-command", { "command-line": "quit" }),
      /execute "human-monitor-command" leads out of the graph/,
    ],
  ])("%s is not touched", async (_, bodies, line) => {
    expectRefusal(await replayed(bodies), line);
  });

  test("a missing QEMU, and one of another version, are refused", async () => {
    const log = [begin, ...setUp(), io("guest", "read", 0)];
    expectRefusal(
      await replayed(log, "--binary", "nowhere"),
      /nowhere cannot be run; install Debian's qemu-system-x86, or give --binary PATH/,
    );
    expectRefusal(
      await replayed(log, "--binary", impostor("9.1.0")),
      /is 9\.1\.0, but the rules are those of 7\.2; give the --qemu that it is, or --binary PATH/,
    );
    expectRefusal(
      await replayed(log, "--binary", impostor("7.2.22"), "--qemu", "10.0"),
      /is 7\.2\.22, but the rules are those of 10\.0/,
    );
  });

  test("a missing qemu-img is, where an image has a format", async () => {
    const path = writeLog(scratchFolder(), [
      ...node({ driver: "qcow2", file: { driver: "file", filename: "cache.raw" } }),
      { kind: "return", id: 0, return: {} },
    ]);
    const words = ["replay", path, "--on", "qemu", "--binary", impostor("7.2.22")];
    const line = /qemu-img cannot make cache\.raw; install Debian's qemu-utils/;
    expectRefusal(await blockgraph(words, { env: { PATH: scratchFolder() } }), line);
  });

  test("what only says that it is a QEMU is refused", async () => {
    const log = [begin, { kind: "note", text: "nothing" }] as const;
    expectRefusal(
      await replayed(log, "--binary", impostor("7.2.22")),
      /does not start; install Debian's qemu-system-x86/,
    );
  });

  test("Ctrl-C takes the QEMU along", async () => {
    const folder = scratchFolder();
    const binary = join(folder, "qemu");
    const version = "QEMU emulator version 7.2.22";
    const hanging = `[ "$1" = --version ] && echo ${version} && exit\necho $$ > ${folder}/pid`;
    writeFileSync(binary, `#!/bin/sh\n${hanging}\nexec sleep 60\n`);
    chmodSync(binary, 0o755);
    const log = writeLog(folder, [begin]);
    const words = [PROGRAM, "replay", log, "--on", "qemu", "--binary", binary];
    const child = spawn(process.execPath, words);
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const pid = () => Number(readFileSync(join(folder, "pid"), "utf8"));
    await vi.waitUntil(() => existsSync(join(folder, "pid")) && pid() > 0, PATIENCE);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    await vi.waitUntil(() => !existsSync(`/proc/${pid()}`), PATIENCE);
  });

  test("the trace of a sketch has no graph", async () => {
    const cwd = scratchFolder();
    await blockgraph(["check", "fleece", "--mutant", "guest-does-not-drain"], { cwd });
    expectRefusal(
      await blockgraph(["replay", "reports/fleece/trace.json", "--on", "qemu"], { cwd }),
      /is the trace of a sketch, which has no graph; replay it with --on sim or --on files/,
    );
  });

  test("options that are of no use there, or only there, are refused", async () => {
    expectRefusal(await replayed([begin], "--dir", "x"), /--dir is for --on files/);
    const path = writeLog(scratchFolder(), [begin]);
    for (const words of [
      ["--qemu", "7.2"],
      ["--binary", "x"],
    ]) {
      expectRefusal(
        await blockgraph(["replay", path, "--on", "sim", ...words]),
        /--qemu and --binary are for --on qemu; leave them out/,
      );
    }
    expectRefusal(await blockgraph(["replay", path]), /replay needs --on sim, --on qemu, or --on/);
    expectRefusal(await replayed([begin], "--qemu", "9.9"), /--qemu/);
    expect((await blockgraph(["replay", path, "--on", "sim"])).code).toBe(0);
  });
});
