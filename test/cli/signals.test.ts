/**
 * Ctrl-C and readers that go away.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createQcow2 } from "../../src/storage/qcow2/create.ts";
import { openQcow2 } from "../../src/storage/qcow2/open.ts";
import { execute, PROGRAM, scratchFolder } from "./blockgraph.ts";

test("Ctrl-C ends with 130 and leaves no temporary files behind", async () => {
  const [cwd, temporary] = [scratchFolder(), scratchFolder()];
  const env = { ...process.env, TMPDIR: temporary };
  const child = spawn(process.execPath, [PROGRAM, "verify"], { cwd, env });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  while (readdirSync(temporary).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(stderr).toBe("blockgraph: interrupted\n");
  expect(readdirSync(temporary)).toEqual([]);
});

test("Ctrl-C is heard while the program is still being loaded", async () => {
  // The handler is there before the module that does everything else is asked for.
  const script = `
    process.argv = [process.argv[0], ${JSON.stringify(PROGRAM)}, "verify"];
    import(${JSON.stringify(PROGRAM)});
    const look = () => {
      if (process.listenerCount("SIGINT") === 0) return setImmediate(look);
      process.stdout.write(String(process.listenerCount("uncaughtException")));
      process.kill(process.pid, "SIGINT");
    };
    look();`;
  const early = await execute(process.execPath, ["--input-type=module", "-e", script]);
  expect(early).toEqual({ code: 130, stdout: "0", stderr: "blockgraph: interrupted\n" });
});

test("a reader that goes away ends the program without a word", async () => {
  const folder = scratchFolder();
  const script = `"${process.execPath}" "$0" show fleecing | true; exit 0`;
  const { stderr } = await execute("sh", ["-c", script, PROGRAM], { cwd: folder });
  expect(stderr).toBe("");
});

test("an error inside blockgraph is one line; BLOCKGRAPH_DEBUG=1 shows where", async () => {
  // A broken module is the nearest that a test comes to a defect.
  const folder = scratchFolder();
  const script = `
    process.argv = [process.argv[0], "x", "--version"];
    process.exit = (code) => { process.exitCode = code; };
    JSON.parse = () => { throw new TypeError("cannot read\\nproperties"); };
    await import(${JSON.stringify(PROGRAM)});`;
  const args = ["--input-type=module", "-e", script];
  const quiet = await execute(process.execPath, args, { cwd: folder });
  expect(quiet.code).toBe(2);
  expect(quiet.stderr).toMatch(/^blockgraph: internal error: cannot read properties; [^\n]*\n$/);
  const env = { BLOCKGRAPH_DEBUG: "1" };
  const loud = await execute(process.execPath, args, { cwd: folder, env });
  expect(loud.stderr).toContain(join("program", "program.js"));
});

/** Runs it until a file is there, and sends a signal then. */
async function endedWhen(
  path: string,
  words: readonly string[],
  signal: NodeJS.Signals,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: dirname(path) });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill(signal);
  return { code: await ended, stderr };
}

test.each<NodeJS.Signals>(["SIGTERM", "SIGINT", "SIGHUP"])(
  "%s takes everything away again that fleece has made, also while it begins",
  async (signal) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "disk.raw"), Buffer.alloc(65_536));
    const words = ["fleece", "disk.raw", "--guest", "guest.sock", "--view", "view.sock"];
    for (const made of ["disk.raw.blockgraph-cache", "guest.sock", "view.sock"]) {
      const ended = await endedWhen(join(folder, made), words, signal);
      expect(ended).toEqual({ code: 0, stderr: "" });
      expect(readdirSync(folder)).toEqual(["disk.raw"]);
    }
  },
);

test("a terminal that is closed costs no bitmap", async () => {
  const folder = scratchFolder();
  const path = join(folder, "disk.qcow2");
  createQcow2(path, { size: 65_536 });
  const image = openQcow2(path, { readOnly: false });
  const bits = new Uint8Array([1]);
  image.bitmaps.store([{ name: "kept", granularity: 65_536, enabled: true, bits }]);
  image.close();
  const words = ["fleece", "disk.qcow2", "--bitmap", "kept", "--guest", "g", "--view", "v"];
  const ended = await endedWhen(join(folder, "v"), words, "SIGHUP");
  expect(ended).toEqual({ code: 0, stderr: "" });
  const after = openQcow2(path, { readOnly: true });
  expect(after.bitmaps.list).toMatchObject([{ name: "kept", inconsistent: false }]);
  expect([...after.bitmaps.bits("kept")]).toEqual([1]);
  after.close();
});

test("a daemon that listens nowhere lives until it is told to end", async () => {
  const pidfile = join(scratchFolder(), "pid");
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    const words = ["daemon", "--blockdev", "driver=null-co,node-name=n", "--pidfile", pidfile];
    expect(await endedWhen(pidfile, words, signal)).toEqual({ code: 0, stderr: "" });
    expect(existsSync(pidfile)).toBe(false);
  }
});
