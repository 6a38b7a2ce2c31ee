/**
 * Help: every command has it, and every example in it works as pasted.
 */
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { packageFile } from "../../src/package-file.ts";
import { blockgraph, execute, expectRefusal, PROGRAM, scratchFolder } from "./blockgraph.ts";

const support = fileURLToPath(new URL("../support", import.meta.url));
const names = COMMANDS.map(({ name }) => name);

/** The lines of a help text that begin with a prompt. */
function examplesIn(help: string): string[] {
  return help.split("\n").flatMap((line) => /^ *\$ (.*)$/.exec(line)?.[1] ?? []);
}

/**
 * Pastes lines into a shell in which `blockgraph` is the built program, and whose folder has the
 * test/support that promoted tests import.
 */
function paste(lines: readonly string[]) {
  const folder = scratchFolder();
  mkdirSync(join(folder, "test"));
  symlinkSync(support, join(folder, "test", "support"));
  const shim = join(folder, "blockgraph");
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`);
  chmodSync(shim, 0o755);
  const env = { PATH: `${folder}:${process.env.PATH}` };
  return execute("sh", ["-e", "-c", lines.join("\n")], { cwd: folder, env });
}

describe("blockgraph --help", () => {
  test("lists every command on one line each, and works as pasted", async () => {
    const { code, stdout } = await blockgraph(["--help"]);
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS) {
      const line = stdout.split("\n").find((candidate) => candidate.startsWith(`  ${name} `));
      expect(line).toContain(summary);
    }
    const pasted = await paste(examplesIn(stdout));
    expect(pasted).toMatchObject({ code: 0, stderr: "" });
  });

  test("is printed by the file that package.json names, run as npx runs it", async () => {
    const { bin } = JSON.parse(readFileSync(packageFile("package.json"), "utf8"));
    const path = fileURLToPath(packageFile(bin.blockgraph));
    expect(path).toBe(PROGRAM);
    const { code, stdout } = await execute(path, ["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Usage: blockgraph");
  });

  test("does not load what only the commands need", async () => {
    const script = `
      process.argv = [process.argv[0], ${JSON.stringify(PROGRAM)}, "--help"];
      await import(${JSON.stringify(PROGRAM)});`;
    const { stderr } = await execute(process.execPath, ["--input-type=module", "-e", script], {
      env: { NODE_DEBUG: "esm" },
    });
    const loaded = new Set(
      [...stderr.matchAll(/dist\/program\/([\w-]+\.js)/g)].map(([, it]) => it),
    );
    const text = [...loaded]
      .map((name) => readFileSync(join(dirname(PROGRAM), name ?? ""), "utf8"))
      .join("");
    expect(text).toMatch(/CommanderError = class|class CommanderError/);
    expect(text).not.toMatch(/createMachine|ZodObject|koffi/);
  });
});

describe.each(names)("blockgraph %s --help", (name) => {
  test("has examples that work as pasted", async () => {
    const { code, stdout, stderr } = await blockgraph([name, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const examples = examplesIn(stdout);
    expect(examples.join("\n")).toContain(`blockgraph ${name}`);
    const pasted = await paste(examples);
    expect(pasted.stderr).not.toContain("blockgraph: ");
    expect(pasted.code).toBe(0);
  });

  test("is also found as help COMMAND, and explains the exit status", async () => {
    const { code, stdout } = await blockgraph(["help", name]);
    expect(code).toBe(0);
    expect(stdout).toContain("Exit status: 0 holds");
  });

  test("refuses options that it does not have", async () => {
    const line = /^blockgraph: unknown option '--frobnicate'.*see blockgraph \w+ --help/;
    expectRefusal(await blockgraph([name, "--frobnicate"]), line);
  });
});

describe("blockgraph", () => {
  test("says its version", async () => {
    const packageJson = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { code, stdout } = await blockgraph(["--version"]);
    expect(code).toBe(0);
    expect(stdout.trim()).toBe(JSON.parse(packageJson).version);
  });

  test("refuses commands that it does not have", async () => {
    expectRefusal(await blockgraph(["verfy"]), /unknown command 'verfy'.*see blockgraph --help/);
  });

  test("without a command shows its help and fails", async () => {
    const { code, stderr } = await blockgraph([]);
    expect(code).toBe(2);
    expect(stderr).toContain("Usage: blockgraph");
  });
});
