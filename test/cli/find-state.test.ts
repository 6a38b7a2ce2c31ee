/** `blockgraph find`: what it finds, what it says if there is nothing, and its files. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { blockgraph, expectRefusal, scratchFolder } from "./blockgraph.ts";

test("prints the shortest way, and the same as JSON", async () => {
  const condition = "cluster 1 copied and reader 0 frozen";
  const { code, stdout } = await blockgraph(["find", "fleece", condition]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^found {3}4 steps from the beginning; \d+ states \(alike guests counted/);
  expect(stdout).toMatch(/^ +4 +guest 0 +saving cluster 1/m);
  const document = JSON.parse((await blockgraph(["find", "fleece", condition, "--json"])).stdout);
  expect(document).toMatchObject({ kind: "find", outcome: "found", symmetries: ["guests"] });
  expect(document.steps).toHaveLength(4);
});

test("says what was exhausted where nothing is like that, and ends with 1", async () => {
  const never = "exactly 3 clusters fresh";
  const { code, stdout } = await blockgraph(["find", "fleece", never, "--clusters", "2"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/all \d+ states .* up to \d+ steps away, within 2 clusters, 2 guests/);
});

test.each([
  ["of a model is a log", "break-snapshot-race", "hook node broken", "way.jsonl"],
  ["of a sketch is a trace", "fleece", "cluster 0 copied", "way.json"],
])("a way %s that replays", async (_, model, condition, file) => {
  const way = join(scratchFolder(), file);
  expect((await blockgraph(["find", model, condition, "--write", way])).code).toBe(0);
  const replayed = await blockgraph(["replay", way, "--on", "sim"]);
  expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining("identical") });
});

test("without a condition says what one could be, and each of those is understood", async () => {
  const { code, stdout } = await blockgraph(["find", "fleece", "--json"]);
  expect(code).toBe(0);
  const { examples } = JSON.parse(stdout);
  expect(examples.length).toBeGreaterThan(1);
  expect((await blockgraph(["find", "fleece", examples[0]])).stdout).toMatch(/^found/);
});

test("refuses what it does not understand, with its place", async () => {
  const refused = await blockgraph(["find", "fleece", "cluster 1 copyed"]);
  expectRefusal(refused, /cluster 1 >>>copyed<<<: at character 11, cluster is never 'copyed'/);
  expectRefusal(await blockgraph(["find", "nothing", "x"]), /no model 'nothing'/);
});
