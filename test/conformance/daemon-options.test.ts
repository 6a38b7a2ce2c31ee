/**
 * `blockgraph daemon` takes the options that qemu-storage-daemon takes, and says plainly what it
 * does not.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blockgraph, expectRefusal, PROGRAM } from "../cli/blockgraph.ts";
import { outputOf } from "../nbd/serving.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const tools = needsTool("nbdinfo", "nbdcopy", "qemu-img");

/** Runs a daemon with options in a folder until `use` is through. */
async function withDaemon(
  folder: string,
  options: readonly string[],
  use: () => Promise<void>,
): Promise<void> {
  const args = [PROGRAM, "daemon", ...options, "--pidfile", "pid"];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: "inherit" });
  const ended = once(child, "close");
  try {
    while (!fs.existsSync(join(folder, "pid"))) {
      if (child.exitCode !== null) throw new Error("the daemon has ended");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await use();
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
  expect(child.exitCode).toBe(0);
  expect(fs.existsSync(join(folder, "pid"))).toBe(false);
}

const SIZE = 300_000;
const KEY = "0123456789abcdef0123456789abcdef";

tools.test("a node, a server with shared keys, and an export, as for qemu-storage-daemon", () =>
  inTemporaryFolder(async (folder) => {
    const bytes = Buffer.alloc(SIZE, "a disk ");
    fs.writeFileSync(join(folder, "disk,1.raw"), bytes);
    fs.writeFileSync(join(folder, "keys.psk"), `alice:${KEY}\n`);
    const options = [
      ...["--object", `tls-creds-psk,id=tls,dir=${folder},endpoint=server`],
      ...[
        "--blockdev",
        "raw,node-name=disk,read-only=on,file.driver=file,file.filename=disk,,1.raw",
      ],
      ...["--nbd-server", "addr.type=unix,addr.path=nbd.sock,tls-creds=tls"],
      ...["--object", "iothread,id=io,poll-max-ns=1000"],
      ...["--export", "nbd,id=f,node-name=disk,name=f,iothread=io,fixed-iothread=on"],
      ...["--export", '{"type":"nbd","id":"e","node-name":"disk","name":"d"}'],
    ];
    await withDaemon(folder, options, async () => {
      const socket = `socket=${join(folder, "nbd.sock")}`;
      const keys = `tls-psk-file=${join(folder, "keys.psk")}`;
      const uri = `nbds+unix://alice@/d?${socket}&${keys}`;
      expect(JSON.parse(await outputOf("nbdinfo", "--json", uri))).toMatchObject({ TLS: true });
      const copy = join(folder, "copy");
      await outputOf("nbdcopy", uri, copy);
      expect(fs.readFileSync(copy).equals(bytes)).toBe(true);
      await expect(outputOf("nbdinfo", `nbd+unix:///d?${socket}`)).rejects.toThrow("TLS");
    });
  }),
);

describe("it refuses, and names the option", () => {
  test.each([
    [["--blockdev", "driver=raw,node-name=a,file=b"], /--blockdev .*: Cannot find device/],
    [["--blockdev", "driver=ssh,node-name=a"], /Parameter 'driver' does not accept value 'ssh'/],
    [["--blockdev", "driver=nbd,node-name=a"], /Parameter 'server' is missing/],
    [
      ["--blockdev", "driver=nbd,node-name=a,server.type=unix,server.path=none,open-timeout=0"],
      /Failed to connect to 'none': No such file or directory/,
    ],
    [
      ["--nbd-server", "addr.type=unix,addr.path=s,max-connections=many"],
      /Parameter 'max-connections' expects uint64/,
    ],
    [["--nbd-server", "addr.type=unix"], /Parameter 'addr.path' is missing/],
    [["--nbd-server", "addr.type=unix,addr.path=s,foo=1"], /Parameter 'foo' is unexpected/],
    [["--nbd-server", "addr.type=unix,addr.path=s,tls-authz=a"], /'tls-authz' is not supported/],
    [["--blockdev", "nonsense,node-name"], /'node-name' is no KEY=VALUE/],
    [["--export", "type=fuse,id=a,node-name=b"], /--export .*: /],
    [["--nbd-server", "addr.type=unix,addr.path=s,tls-creds=x"], /No TLS credentials with id 'x'/],
    [["--object", "secret,id=a"], /--object secret,id=a: /],
    [["--object", "tls-creds-psk,id=a,dir=nowhere,endpoint=server"], /nowhere/],
    [["--monitor", "chardev=c"], /there is no chardev 'c' before it; add --chardev/],
    [["--chardev", "stdio,id=c", "--chardev", "stdio,id=c"], /Duplicate ID 'c' for chardev/],
    [
      [
        ...["--chardev", "socket,id=c,path=q,server=on,wait=off"],
        ...["--monitor", "chardev=c", "--monitor", "chardev=c"],
      ],
      /Device 'c' is in use/,
    ],
    [["--chardev", "pty,id=c"], /only socket and stdio are supported/],
    [["--chardev", "socket,id=c,path=s"], /give server=on,wait=off/],
    [["--daemonize"], /start it with & and wait for the file of --pidfile/],
    [["--trace", "x"], /unknown option '--trace'/],
  ])("%j", async (options, problem) => {
    await inTemporaryFolder(async (folder) => {
      expectRefusal(await blockgraph(["daemon", ...options], { cwd: folder }), problem);
      expect(fs.readdirSync(folder)).toEqual([]);
    });
  });
});
