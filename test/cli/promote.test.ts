/**
 * A counterexample that was found becomes a test that runs: green as the model should be, red where
 * it is broken in the same way again.
 */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { blockgraph, execute, expectRefusal, scratchFolder } from "./blockgraph.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** A folder in which promoted tests find what they import. */
function project(): string {
  const folder = scratchFolder();
  mkdirSync(join(folder, "test"));
  symlinkSync(join(repository, "test/support"), join(folder, "test/support"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Checks a mutant. @returns the path of its trace or log, from `cwd` */
async function found(cwd: string, model: string, mutant: string, file: string): Promise<string> {
  const { code } = await blockgraph(["check", model, "--mutant", mutant], { cwd });
  expect([1, 3]).toContain(code);
  return join("reports", model, file);
}

function vitest(cwd: string, ...options: readonly string[]) {
  const program = join(repository, "node_modules/vitest/vitest.mjs");
  const args = [program, "run", "--root", cwd, ...options];
  return execute(process.execPath, args, { cwd, env: { CI: "" } });
}

/** What is found, where, and the kind of file that it is kept in. */
const FOUND = [
  ["fleece", "guest-does-not-drain", "trace.json", ".trace"],
  ["fleece", "reader-does-not-thaw", "trace.json", ".trace"],
  ["fleece", "thaw-is-lost", "trace.json", ".trace"],
  ["fleecing", "discard-is-not-copied", "trace.jsonl", ".jsonl"],
  ["overlap", "settles-after-failure", "trace.json", ".trace"],
  ["overlap", "failed-copy-is-not-abandoned", "trace.json", ".trace"],
] as const;

/** The part of vitest's report that is read here. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({ name: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

// One run of vitest for all of them: to start it takes longer than they do.
test("each test passes, and fails for a model so broken", async () => {
  const cwd = project();
  const folder = join(cwd, "test/regressions");
  for (const [model, mutant, file, kind] of FOUND) {
    const trace = await found(cwd, model, mutant, file);
    const promoted = await blockgraph(["promote", trace], { cwd });
    expect(promoted).toMatchObject({ code: 0, stderr: "" });
    const name = `${model}-${mutant}`;
    const made = readdirSync(folder).filter((each) => each.startsWith(name));
    expect(made.sort()).toEqual([`${name}.test.ts`, `${name}${kind}`].sort());
    expect(readFileSync(join(folder, `${name}${kind}`))).toEqual(readFileSync(join(cwd, trace)));
    const text = readFileSync(join(folder, `${name}.test.ts`), "utf8");
    const broken = text.replace("brokenOn(TRACE, null)", `brokenOn(TRACE, "${mutant}")`);
    writeFileSync(join(folder, `broken-${name}.test.ts`), broken);
  }
  const { code, stdout, stderr } = await vitest(cwd, "--reporter=json");
  expect(code, stdout + stderr).toBe(1);
  const results = reportSchema
    .parse(JSON.parse(stdout))
    .testResults.map(
      ({ name, assertionResults }) =>
        [basename(name, ".test.ts"), assertionResults.map(({ status }) => status).sort()] as const,
    );
  const expected = FOUND.flatMap(([model, mutant]) => [
    [`${model}-${mutant}`, ["passed", "passed"]] as const,
    [`broken-${model}-${mutant}`, ["failed", "passed"]] as const,
  ]);
  expect(Object.fromEntries(results), stdout).toEqual(Object.fromEntries(expected));
});

test("a test runs wherever in test/ it is, and is refused elsewhere", async () => {
  const cwd = project();
  const trace = await found(cwd, "fleece", "guest-does-not-drain", "trace.json");
  const into = (out: string) =>
    blockgraph(["promote", trace, "--out", out, "--name", "it"], { cwd });
  for (const out of ["test", "test/deep/down"]) {
    expect(await into(out)).toMatchObject({ code: 0, stderr: "" });
  }
  const passed = await vitest(cwd);
  expect(passed.code, passed.stdout + passed.stderr).toBe(0);
  expect(passed.stdout).toContain("4 passed");
  for (const out of ["regressions", "../test", "."]) {
    expectRefusal(await into(out), /--out .* is not in the test\/ of a repository of blockgraph/);
  }
});

test("nothing is written over without being asked", async () => {
  const cwd = project();
  const trace = await found(cwd, "fleece", "guest-does-not-drain", "trace.json");
  expect((await blockgraph(["promote", trace], { cwd })).code).toBe(0);
  expectRefusal(await blockgraph(["promote", trace], { cwd }), /exists; give --force, or another/);
  expect((await blockgraph(["promote", trace, "--force"], { cwd })).code).toBe(0);
  const named = await blockgraph(["promote", trace, "--name", "again", "--json"], { cwd });
  expect(JSON.parse(named.stdout)).toEqual({
    kind: "promoted",
    test: "test/regressions/again.test.ts",
    trace: "test/regressions/again.trace",
  });
  expectRefusal(await blockgraph(["promote", trace, "--name", "../up"], { cwd }), /plain name/);
});

test("what shows nothing is refused", async () => {
  const cwd = project();
  const trace = await found(cwd, "fleece", "guest-does-not-drain", "trace.json");
  const text = readFileSync(join(cwd, trace), "utf8");
  const changed = (name: string, from: string, to: string) => {
    expect(text).toContain(from);
    writeFileSync(join(cwd, name), text.replace(from, to));
    return blockgraph(["promote", name], { cwd });
  };
  const endless = await changed("endless.json", '"kind": "property"', '"kind": "liveness"');
  expectRefusal(endless, /does not replay: view-.* is to be broken, and nothing repeats/);
  const once = await found(cwd, "fleece", "thaw-is-lost", "trace.json");
  const lasso = readFileSync(join(cwd, once), "utf8");
  writeFileSync(join(cwd, "open.json"), lasso.replace(/"loop": \d+/, '"loop": 1'));
  const open = await blockgraph(["promote", "open.json"], { cwd });
  expectRefusal(open, /does not replay: nothing that guest-requests-end is about waits for ever/);
  const other = await changed("other.json", '"property": "view-', '"property": "no-view-');
  expectRefusal(other, /does not replay: no-view-equals-point-in-time is not broken/);
  await blockgraph(["run", "fleecing", "--log", "run.jsonl", "--dir", "images"], { cwd });
  expectRefusal(await blockgraph(["promote", "run.jsonl"], { cwd }), /shows no violation/);
});
