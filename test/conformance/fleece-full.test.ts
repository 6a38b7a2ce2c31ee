/**
 * A view that cannot be kept: whoever reads it is refused and never given what the guest has
 * written since, and whoever looks is told.
 */
import fs from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { runShell } from "../../src/cli/fleece/run-shell.ts";
import { blockgraph } from "../cli/blockgraph.ts";
import { Fleeced } from "../support/fleeced.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";

const MIB = 1024 * 1024;
const { test } = needsTool("qemu-io");

function io(place: "guest" | "view", ...commands: readonly string[]): string {
  const told = commands.map((command) => `-c "${command}"`).join(" ");
  return `qemu-io ${place === "view" ? "-r " : ""}-f raw ${told} "$${place}"`;
}

function withDisk(use: (folder: string, disk: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder((folder) => {
    const disk = join(folder, "disk.raw");
    fs.writeFileSync(disk, Buffer.alloc(8 * MIB, 1));
    return use(folder, disk);
  });
}

describe("more is overwritten than memory has room for", () => {
  /** What the guest's write, and a read of the view, come to. */
  const outcomes = async (disk: string, folder: string, ...options: readonly string[]) => {
    const log = join(folder, "run.jsonl");
    const run = [
      `${io("guest", "write -P 9 0 4M")} > written 2>&1`,
      `${io("view", "read -P 1 0 4M")} > read 2>&1; true`,
    ];
    const args = ["fleece", disk, "--memory", "1M", ...options, "--run", run.join("; ")];
    const ended = await blockgraph([...args, "--log", log, "--json"], { cwd: folder });
    expect(ended.code).toBe(0);
    const said = (name: string) => fs.readFileSync(join(folder, name), "utf8");
    const replayed = await blockgraph(["replay", log, "--on", "sim"], { cwd: folder });
    return {
      ...{ written: said("written"), read: said("read"), stderr: ended.stderr },
      summary: JSON.parse(ended.stdout.slice(ended.stdout.indexOf("{"))),
      violated: replayed.stdout.includes("violates"),
    };
  };

  test("the guest comes first: the view is given up, and that is told", () =>
    withDisk(async (folder, disk) => {
      const { written, read, summary, stderr, violated } = await outcomes(disk, folder);
      expect(written).toContain("wrote 4194304/4194304 bytes");
      expect(read).toContain("read failed");
      expect(stderr).toContain("the view was given up");
      expect(summary).toMatchObject({ broken: true });
      expect(summary.saved.clusters).toBeLessThanOrEqual(16);
      expect(violated).toBe(false);
    }));

  test("or the view comes first: the guest's write fails", () =>
    withDisk(async (folder, disk) => {
      const told = await outcomes(disk, folder, "--when-full", "break-guest-write");
      expect(told.written).toContain("write failed: No space left on device");
      expect(told.read).toContain("read 4194304/4194304 bytes");
      expect(told.read).not.toContain("Pattern verification failed");
      expect(told).toMatchObject({ summary: { broken: false }, stderr: "", violated: false });
    }));

  test("or nobody does for a second: then the guest's write fails", () =>
    withDisk(async (folder, disk) => {
      const waits = ["--when-full", "wait", "--trim", "--cbw-timeout", "1"];
      const how = [...waits, "--on-cbw-error", "break-guest-write"];
      const told = await outcomes(disk, folder, ...how);
      // NBD has no word for a timeout.
      expect(told.written).toContain("write failed: Invalid argument");
      expect(told.read).not.toContain("Pattern verification failed");
      expect(told).toMatchObject({ summary: { broken: false }, violated: false });
    }));
});

test("what a guest writes while all is ended counts in the summary", () =>
  withDisk(async (folder, disk) => {
    const options = ["--memory", "1M", "--when-full", "wait", "--trim", "--json"];
    const args = ["fleece", disk, ...options];
    const run = `${io("guest", "write -P 9 0 8M")} & sleep 1`;
    const { code, stdout } = await blockgraph([...args, "--run", run], { cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout.slice(stdout.indexOf("{"))).guest.written).toBe(8 * MIB);
    expect(fs.readFileSync(disk).equals(Buffer.alloc(8 * MIB, 9))).toBe(true);
  }));

test("a thousand clients that do nothing keep out neither guest nor backup", () =>
  withDisk(async (folder, disk) => {
    await Fleeced.using(disk, folder, [], async ({ guest, view }) => {
      const idle: Socket[] = [];
      for (const uri of [guest, view]) {
        const path = new URL(uri).searchParams.get("socket") ?? "";
        for (let count = 0; count < 1000; count++) {
          const socket = connect({ path });
          idle.push(socket);
          await new Promise((resolve) => socket.once("readable", resolve));
        }
      }
      expect(idle.every(({ destroyed }) => !destroyed)).toBe(true);
      const shell = [io("guest", "write -P 9 0 1M"), io("view", "read -P 1 0 8M")].join(" && ");
      expect(await runShell(shell, { guest, view }, new AbortController().signal)).toBe(0);
      for (const socket of idle) socket.destroy();
    });
  }));

needsTool("nbdsh").test("a client that writes to a view is refused, and may go on", () =>
  withDisk(async (_, disk) => {
    const script = [
      "h.set_strict_mode(0)",
      "import errno",
      "for size in (512, 262144, 8388608):",
      "    try:",
      "        h.pwrite(b'x' * size, 0)",
      "        raise SystemExit('was written')",
      "    except nbd.Error as error:",
      "        assert error.errno == 'EPERM', error",
      "assert h.pread(4096, 0) == b'\\x01' * 4096",
    ];
    const py = script.join("\n");
    const run = `PATH=/usr/bin:$PATH nbdsh -u "$view" -c "${py}"`;
    expect(await blockgraph(["fleece", disk, "--run", run])).toMatchObject({ code: 0, stderr: "" });
  }),
);

test("a run that was killed with all in memory is told of by the next one", () =>
  withDisk(async (folder, disk) => {
    const options = ["--memory", "1M"];
    await Fleeced.using(disk, folder, options, async ({ child }) => {
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("close", resolve));
    });
    const next = await Fleeced.using(disk, folder, options, async () => {});
    expect(next.code).toBe(0);
    expect(next.stderr).toMatch(/view\.sock is left over from a run that was killed\..* is lost/);
    const third = await Fleeced.using(disk, folder, options, async () => {});
    expect(third).toMatchObject({ code: 0, stderr: "" });
  }));
