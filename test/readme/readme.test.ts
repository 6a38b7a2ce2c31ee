/**
 * The README says what happens: what it shows was printed by the program, and prints again.
 *
 * A block that follows `<!-- printed by: blockgraph ... -->` must be what that command prints, but
 * for times and for counts that depend on what a disk answers first. In the place of a line `...`
 * there is more.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { blockgraph, scratchFolder } from "../cli/blockgraph.ts";

const readme = fs.readFileSync("README.md", "utf8");
const printed = [
  ...readme.matchAll(/<!-- printed by: blockgraph (.*?) -->\n```text\n([\s\S]*?)```/g),
].map(([, command = "", output = ""]) => ({ command, output }));

/** ms that all models may take to be verified, on a machine that is busy with other tests */
const PATIENCE = 600_000;

/** Without what may differ from run to run. */
const steady = (output: string) =>
  output
    .replace(/\d+\.\d s/g, "TIME")
    .replace(/judged \d+ times/g, "judged N times")
    .trimEnd();

/** The beginning and the end of an output, as long as they are shown around a line `...`. */
function excerpt(output: string, shown: string): string {
  const lines = shown.split("\n");
  const left = lines.indexOf("...");
  if (left < 0) return output;
  const all = output.split("\n");
  return [...all.slice(0, left), "...", ...all.slice(left + 1 - lines.length)].join("\n");
}

describe("README.md", () => {
  test("shows what three commands print", () => {
    expect(printed.map(({ command }) => command)).toEqual([
      "show fleecing",
      "verify",
      "check fleece --mutant guest-does-not-drain",
    ]);
  });

  test.each(printed)(
    "blockgraph $command prints what is shown",
    async ({ command, output }) => {
      const { code, stdout } = await blockgraph(command.split(" "));
      expect(code).toBe(command.includes("--mutant") ? 1 : 0);
      expect(excerpt(steady(stdout), steady(output))).toBe(steady(output));
    },
    PATIENCE,
  );

  test("names two commands, and package.json has them", () => {
    const scripts = JSON.parse(fs.readFileSync("package.json", "utf8")).scripts;
    const commands = [...readme.matchAll(/^ {4}npm ci && npm (?:run )?(\w+)/gm)];
    expect(commands.map(([, name]) => name)).toEqual(["verify", "test"]);
    for (const [, name = ""] of commands) expect(scripts).toHaveProperty(name);
  });

  test("has commands to look closer that work as pasted, one after the other", async () => {
    const [, shell = ""] = readme.match(/```sh\n([\s\S]*?)```/) ?? [];
    const commands = shell.trim().split("\n");
    expect(commands.length).toBeGreaterThan(3);
    const folder = scratchFolder();
    const sample = await blockgraph(["verify", "fleecing", "--seeds", "1"], { cwd: folder });
    expect(sample.code).toBe(0);
    for (const command of commands) {
      const [words = ""] = command.replace(/^npx blockgraph /, "").split(/\s+#/);
      const args = words.trim().split(/\s+/);
      const { code, stderr } = await blockgraph(args, { cwd: folder });
      expect(code, `${command}\n${stderr}`).toBe(0);
    }
  });

  test("links only to what is there", () => {
    const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
      encoding: "utf8",
    });
    const named = [...readme.matchAll(/\]\(([^)#:]+)\)|`((?:src|test)\/[\w./-]+\.ts)`/g)];
    expect(named.length).toBeGreaterThan(3);
    for (const [, link, path] of named) expect(files).toContain(link ?? path);
  });
});
