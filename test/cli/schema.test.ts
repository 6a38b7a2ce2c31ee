/**
 * The JSON Schemas that are printed are those of the files that are written; and each command has
 * files of its own.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { blockgraph, expectRefusal, scratchFolder } from "./blockgraph.ts";

async function schema(name: string) {
  const { code, stdout, stderr } = await blockgraph(["schema", name]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("verify and check leave each other's evidence alone, and each fits its schema", async () => {
  const cwd = scratchFolder();
  const folder = join(cwd, "reports", "pieces");
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const small = ["--max-states", "10"];
  expect((await blockgraph(["check", "pieces", ...small], { cwd })).code).toBe(3);
  const checked = read("receipt.json");
  expect((await blockgraph(["verify", "pieces", "--seeds", "1"], { cwd })).code).toBe(0);
  const verified = read("verify.json");
  expect(read("receipt.json")).toEqual(checked);
  expect((await blockgraph(["check", "pieces", ...small], { cwd })).code).toBe(3);
  expect(read("verify.json")).toEqual(verified);
  for (const [name, document] of [
    ["check-receipt", checked],
    ["verify-receipt", verified],
  ]) {
    const reader = z.fromJSONSchema(await schema(name));
    expect(reader.safeParse(document).error?.issues ?? []).toEqual([]);
    expect(reader.safeParse({ ...document, verdict: "perhaps" }).success).toBe(false);
  }
});

test.each(["check-trace", "log"])("%s has a schema of its own", async (name) => {
  expect(await schema(name)).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:blockgraph:${name}:1`,
  });
});

test("of what is not written there is none", async () => {
  expectRefusal(await blockgraph(["schema", "receipt"]), /check-receipt.*verify-receipt.*log/);
});
