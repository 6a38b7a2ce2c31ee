/**
 * Bad input: one line that names the thing and the remedy, exit status 2, nothing written over, and
 * never a stack trace.
 */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { blockgraph, execute, expectRefusal, PROGRAM, scratchFolder } from "./blockgraph.ts";

const ADD_DISK = {
  kind: "qmp",
  id: 0,
  execute: "blockdev-add",
  arguments: { driver: "raw", "node-name": "d", file: { driver: "file", filename: "disk.raw" } },
};
const EXPORT = {
  kind: "qmp",
  id: 1,
  execute: "block-export-add",
  arguments: { type: "nbd", id: "e", "node-name": "d" },
};

function read(through: string, offset: number, length: number) {
  return { kind: "io", request: 0, through, operation: "read", offset, length };
}

function script(folder: string, records: readonly object[]): string {
  const path = join(folder, "script.jsonl");
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return path;
}

/** Simulates a script that is refused, and finds that no log was begun. */
async function expectScriptRefused(records: readonly object[], line: RegExp): Promise<void> {
  const folder = scratchFolder();
  const out = join(folder, "out.jsonl");
  expectRefusal(await blockgraph(["simulate", script(folder, records), "--out", out]), line);
  expect(existsSync(out)).toBe(false);
}

/** A folder with a small run in it: `run.jsonl`, and the images as the run left them. */
async function withRun(): Promise<{ folder: string; log: string; images: string }> {
  const folder = scratchFolder();
  const [log, images] = [join(folder, "run.jsonl"), join(folder, "images")];
  const { code } = await blockgraph(["run", "fleecing", "--dir", images, "--log", log]);
  expect(code).toBe(0);
  return { folder, log, images };
}

describe("a script", () => {
  test("with an unknown option", () =>
    expectScriptRefused(
      [{ ...ADD_DISK, arguments: { ...ADD_DISK.arguments, frob: 1 } }],
      /script.jsonl: blockdev-add was refused: Parameter 'frob' is unexpected; correct/,
    ));

  test("with a value of the wrong type", () =>
    expectScriptRefused(
      [ADD_DISK, EXPORT, { ...read("e", 0, 512), offset: "zero" }],
      /script.jsonl: line 3: offset: .*expected number.*; correct the line/,
    ));

  test("with a node that does not exist", () =>
    expectScriptRefused([EXPORT], /Cannot find device='' nor node-name='d'/));

  test("with a device that does not exist", () =>
    expectScriptRefused(
      [ADD_DISK, EXPORT, read("nobody", 0, 512)],
      /through 'nobody': there is no device, export or job of that name \(there is: e\)/,
    ));

  test("with an offset beyond the end", () =>
    expectScriptRefused(
      [ADD_DISK, EXPORT, read("e", 229376, 512)],
      /read of 512 bytes at 229376 through 'e': the node ends at byte 229376; ask for less/,
    ));

  test("that is no JSON", async () => {
    const path = join(scratchFolder(), "script.jsonl");
    writeFileSync(path, "read everything\n");
    expectRefusal(await blockgraph(["simulate", path]), /script.jsonl: line 1: not JSON; correct/);
  });

  test("that is a directory", async () => {
    expectRefusal(await blockgraph(["simulate", scratchFolder()]), /it is a directory/);
  });

  test("with a refusal on purpose goes on if told to", async () => {
    const path = script(scratchFolder(), [EXPORT, ADD_DISK]);
    const { code, stdout } = await blockgraph(["simulate", path, "--allow-refused"]);
    expect(code).toBe(3);
    expect(stdout).toContain('"kind":"error"');
  });
});

describe("names and options", () => {
  test.each([
    [["run", "fleecng", "--dir", "x"], /no model 'fleecng'; there is: fleecing, image-fleecing/],
    [["verify", "fleecng"], /no model 'fleecng'; there is: fleecing/],
    [["doctor", "fleecng"], /no model 'fleecng'/],
    [["show", "fleecng"], /no log 'fleecng', and no model of that name; models are: fleecing/],
    [["run", "fleecing", "--dir", "x", "--mutant", "m"], /no mutant 'm'; it has: guest-does-not/],
    [["run", "fleecing"], /run needs --dir FOLDER/],
    [["run", "fleecing", "--dir", "x", "--seed", "abc"], /argument 'abc' is invalid.*whole number/],
    [["run", "fleecing", "--dir", "x", "--seed", "5000000000"], /from 0 to 4294967295/],
    [["run", "fleecing", "--dir", "x", "--dump-view", "v"], /dumps no view; leave --dump-view out/],
    [["run", "fleecing", "--dir", "x", "--depth", "2"], /add --requests N/],
    [["replay", "x.jsonl", "--on", "paper"], /Allowed choices are sim, files/],
    [["replay", "x.jsonl", "--on", "files"], /--on files needs --dir FOLDER/],
    [["replay", "x.jsonl", "--on", "sim"], /x.jsonl cannot be read: no such file/],
    [["replay", "x.jsonl", "--on", "sim", "--image", "disk"], /Give NAME=FILE/],
    [["simulate", "x.jsonl", "--json"], /--json needs --out FILE/],
    [["simulate", "x.jsonl", "--picks", "1,b"], /Give whole numbers with commas/],
    [["simulate", "x.jsonl", "--picks", "1", "--seed", "1"], /--seed is for --schedule seeded/],
    [["show", "x.jsonl", "--at", "-1"], /whole number/],
  ])("%j", async (args, line) => {
    const folder = scratchFolder();
    expectRefusal(await blockgraph(args, { cwd: folder }), line);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("images", () => {
  test("that end before a scripted request does: found before anything is made", async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "disk.raw"), "x".repeat(1000));
    const finished = await blockgraph(["run", "image-fleecing", "--dir", folder]);
    expectRefusal(finished, /write of 65536 bytes at 0 .*which has 1000 bytes; use larger images/);
    expect(readdirSync(folder)).toEqual(["disk.raw"]);
    expect(readFileSync(join(folder, "disk.raw"), "utf8")).toBe("x".repeat(1000));
  });

  test("of which the cache is shorter than the disk", async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "cache.raw"), "");
    truncateSync(join(folder, "cache.raw"), 1000);
    writeFileSync(join(folder, "disk.raw"), "");
    truncateSync(join(folder, "disk.raw"), 229376);
    const finished = await blockgraph(["run", "fleecing", "--dir", folder]);
    expectRefusal(finished, /Source and target image have different sizes/);
  });

  test("of which one is a directory", async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "cache.raw"));
    const finished = await blockgraph(["run", "fleecing", "--dir", folder]);
    expectRefusal(finished, /cache.raw: is a directory: name a regular file/);
    expect(readdirSync(folder)).toEqual(["cache.raw"]);
  });

  test("in a folder that is a file", async () => {
    const path = join(scratchFolder(), "file");
    writeFileSync(path, "precious");
    const finished = await blockgraph(["run", "fleecing", "--dir", path]);
    expectRefusal(finished, /file cannot be used as a folder for images/);
    expect(readFileSync(path, "utf8")).toBe("precious");
  });

  test("that are shorter than the log says, or other images", async () => {
    const { log, images, folder } = await withRun();
    expectRefusal(
      await blockgraph(["replay", log, "--on", "files", "--dir", images]),
      /disk.raw is not the image that the log begins with .*name another folder/,
    );
    const short = join(folder, "short");
    mkdirSync(short);
    writeFileSync(join(short, "disk.raw"), "short");
    expectRefusal(
      await blockgraph(["replay", log, "--on", "files", "--dir", short]),
      /short.disk.raw has 5 bytes, the log's disk.raw 229376; restore it/,
    );
    expect(readdirSync(short)).toEqual(["disk.raw"]);
  });
});

describe("logs", () => {
  test("of another model", async () => {
    const { log, folder } = await withRun();
    const other = join(folder, "other.jsonl");
    const [first = ""] = readFileSync(log, "utf8").split("\n");
    writeFileSync(
      other,
      `${first.replace(/"digest":"[0-9a-f]{16}"/, '"digest":"0123456789abcdef"')}\n`,
    );
    for (const args of [
      ["replay", other, "--on", "sim"],
      ["show", other],
      ["simulate", other],
    ]) {
      expectRefusal(
        await blockgraph(args),
        /is a log of another model 'fleecing'.*make the log anew/,
      );
    }
  });

  test("with a record that was changed", async () => {
    const { log } = await withRun();
    writeFileSync(log, readFileSync(log, "utf8").replace('"request":3', '"request":4'));
    const finished = await blockgraph(["replay", log, "--on", "sim"]);
    expectRefusal(finished, /record \d+ at byte \d+: prev is .*was changed; restore the log/);
  });

  test("without a start record", async () => {
    const path = join(scratchFolder(), "empty.jsonl");
    writeFileSync(path, "");
    expectRefusal(await blockgraph(["show", path]), /empty.jsonl is empty, and no start record/);
  });

  test("with fewer records than asked for", async () => {
    const { log } = await withRun();
    expectRefusal(
      await blockgraph(["show", log, "--at", "99999"]),
      /no record 99999: the log ends/,
    );
  });

  test("that name files outside of the folder", async () => {
    const { log, folder } = await withRun();
    const text = readFileSync(log, "utf8").split("\n")[0] ?? "";
    const evil = join(folder, "evil.jsonl");
    writeFileSync(evil, `${text.replace('"filename":"cache.raw"', '"filename":"../cache.raw"')}\n`);
    const finished = await blockgraph([
      "replay",
      evil,
      "--on",
      "files",
      "--dir",
      join(folder, "d"),
    ]);
    expectRefusal(finished, /image '..\/cache.raw', which is no plain file name/);
    expect(existsSync(join(folder, "cache.raw"))).toBe(false);
  });
});

describe("what exists", () => {
  test("is not written over, unless by force", async () => {
    const { log, folder, images } = await withRun();
    const before = readFileSync(log);
    const again = ["run", "fleecing", "--dir", join(folder, "b"), "--log", log];
    expectRefusal(await blockgraph(again), /run.jsonl exists already; .* or give --force/);
    expectRefusal(await blockgraph(["simulate", log, "--out", log]), /is used for something else/);
    expect(readFileSync(log)).toEqual(before);
    expect(existsSync(join(folder, "b"))).toBe(false);
    expect(await blockgraph([...again, "--force"])).toMatchObject({ code: 0 });
    const disk = join(images, "disk.raw");
    const over = ["run", "fleecing", "--dir", images, "--log", disk, "--force"];
    expectRefusal(await blockgraph(over), /disk.raw is used for something else/);
  });

  test("a view that was dumped is not written over, nor by a directory's name", async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "view.raw"), "old");
    const run = ["run", "image-fleecing", "--dir", folder];
    expectRefusal(await blockgraph(run), /view.raw exists already/);
    expectRefusal(await blockgraph([...run, "--dump-view", folder]), /is a directory; name a file/);
    expect(readdirSync(folder)).toEqual(["view.raw"]);
  });
});

describe("a full disk", () => {
  test("under a log", async () => {
    const folder = scratchFolder();
    const args = ["run", "fleecing", "--dir", folder, "--log", "/dev/full", "--force"];
    expectRefusal(await blockgraph(args), /full cannot be written: no space left .*free some/);
  });

  test("under the images: what could not be made whole is taken away", async () => {
    const folder = scratchFolder();
    if (!mountSmall(folder)) return;
    const finished = await blockgraph(["run", "fleecing", "--dir", folder]);
    expectRefusal(finished, /disk.raw: no space left on the device: free some/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("under stdout", async () => {
    const script = `${process.execPath} "$0" "$@" > /dev/full`;
    const finished = await execute("sh", ["-c", script, PROGRAM, "show", "fleecing"]);
    expectRefusal(finished, /stdout: no space left on the device; free some/);
  });
});

/** Mounts a file system of 100 KiB; false where that is not allowed. */
function mountSmall(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=100k", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    console.warn("not tested: mounting a small file system needs root");
    return false;
  }
  onTestFinished(() => {
    execFileSync("umount", [folder]);
  });
  return statSync(folder).isDirectory();
}
