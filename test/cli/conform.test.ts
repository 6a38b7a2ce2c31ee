/**
 * `conform` and `explain` from the shell: what they are given, what they print, how they end.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { conformReceiptSchema } from "../../src/report/conform/receipt.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { blockgraph, expectRefusal, scratchFolder } from "./blockgraph.ts";

const add = (name: string) => ({ driver: "null-co", "node-name": name });

describe("conform", () => {
  test("shows the step that differs, and leaves a receipt", async () => {
    const folder = scratchFolder();
    const cases = join(folder, "cases.json");
    const steps = [
      { cmd: "blockdev-add", args: add("n"), result: "ok" },
      { cmd: "blockdev-add", args: add("n"), result: { error: "Somebody else is called n" } },
    ];
    const missing = [{ cmd: "blockdev-explode", args: {}, result: "ok" }];
    writeFileSync(
      cases,
      JSON.stringify([
        { id: "A", title: "names", steps },
        { id: "B", title: "unknown", steps: missing },
      ]),
    );
    const { code, stdout } = await blockgraph(["conform", "--cases", cases, "--reports", folder]);
    expect(code).toBe(1);
    expect(stdout.split("\n").slice(1)).toEqual([
      "  not compared, for want of blockdev-explode (1)",
      "  A: names, step 2",
      "    we:   Duplicate nodes with node-name='n'",
      "    QEMU: Somebody else is called n",
      "",
    ]);
    const receipt: unknown = JSON.parse(
      readFileSync(join(folder, "conform", "receipt.json"), "utf8"),
    );
    expect(conformReceiptSchema.parse(receipt)).toMatchObject({ ok: false, random: null });
  });

  test.each([
    ["with nothing to compare", [], /there is nothing to compare; give --cases FILE/],
    ["with a file that is not there", ["--cases", "nowhere.json"], /nowhere\.json cannot be read/],
    ["with a daemon that is none", ["--random", "1", "--binary", "nowhere"], /cannot be run/],
    ["with half a number", ["--random", "1.5"], /--random/],
  ])("%s, is refused in one line", async (_, words, line) => {
    expectRefusal(await blockgraph(["conform", ...words]), line);
  });

  test("refuses a file that is no recording", async () => {
    const path = join(scratchFolder(), "log.jsonl");
    writeFileSync(path, '{"v":1}\n');
    const line = /line 1 is no recorded sequence.*give a file that was recorded from a QEMU/;
    expectRefusal(await blockgraph(["conform", "--cases", path]), line);
  });
});

const { test: withQemuImg } = needsTool("qemu-img");

withQemuImg(
  "conform does not call it agreement if a daemon answers what nobody understands",
  async () => {
    const cwd = scratchFolder();
    const lines = [
      'echo "version 7.2.0"; test "$1" = --version && exit',
      'echo "{\\"QMP\\":{}}"',
      "cat",
    ];
    writeFileSync(join(cwd, "daemon"), ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
    const words = ["conform", "--random", "2", "--binary", "./daemon"];
    expectRefusal(await blockgraph(words, { cwd }), /internal error: .*JSON/);
  },
);

describe("explain", () => {
  test("ends with 1 if a command is refused, and with 2 if the script is none", async () => {
    const path = join(scratchFolder(), "script.jsonl");
    const command = { execute: "blockdev-add", arguments: add("n") };
    writeFileSync(path, `${JSON.stringify(command)}\n${JSON.stringify(command)}\n`);
    const { code, stdout } = await blockgraph(["explain", path]);
    expect(code).toBe(1);
    expect(stdout).toContain("2  refused   blockdev-add  n (null-co)");
    expect(stdout).toContain("Duplicate nodes with node-name='n'");
    writeFileSync(path, "this is no JSON\n");
    expectRefusal(await blockgraph(["explain", path]), /line 1: not JSON/);
  });
});
