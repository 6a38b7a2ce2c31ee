/**
 * Graph commands beside QEMU: recorded verdicts of two versions, and random commands live.
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { DRIVERS } from "../../src/drivers/registry.ts";
import type { CommandContext } from "../../src/graph/command.ts";
import { defaultPermissions } from "../../src/graph/default-permissions.ts";
import { profile } from "../../src/graph/profile.ts";
import { compareRecorded } from "../../src/qemu/compare.ts";
import { ImageFolder } from "../../src/qemu/image-folder.ts";
import { compareLive } from "../../src/qemu/random-sequence.ts";
import { parseRecorded } from "../../src/qemu/recorded.ts";
import { needsTool } from "../tools/needs-tool.ts";

function recorded(name: string) {
  const url = new URL(`./recorded/${name}`, import.meta.url);
  return parseRecorded(readFileSync(url), name);
}

const rulesOf = (name: "qemu-7.2" | "qemu-10.0"): CommandContext => ({
  drivers: DRIVERS,
  profile: profile(name),
});

/** Names of cases that end otherwise than agreed, with why; sorted. */
function unequal(file: string, rules: CommandContext): string[] {
  return recorded(file)
    .flatMap((sequence) => {
      const result = compareRecorded(sequence, rules);
      const id = sequence.name.split(":")[0];
      if (result.kind === "agreed") return [];
      return [result.kind === "skipped" ? `${id}: no ${result.missing}` : `${id}: differs`];
    })
    .sort();
}

describe("recorded by QEMU", () => {
  test("7.2: all commands of 200 random sequences have its verdict, text and masks", () => {
    const results = recorded("qemu-7.2-random.jsonl.gz").map((sequence) =>
      compareRecorded(sequence, rulesOf("qemu-7.2")),
    );
    const agreed = results.flatMap((result) => (result.kind === "agreed" ? [result] : []));
    expect(agreed).toHaveLength(200);
    expect(agreed.reduce((sum, { commands }) => sum + commands, 0)).toBe(6_876);
    expect(agreed.filter(({ aborted }) => aborted)).toHaveLength(55);
  });

  test.each([
    ["7.2", 130, 759],
    ["10.0", 123, 710],
  ] as const)("%s: all %i cases made by hand agree", (version, cases, commands) => {
    const file = `qemu-${version}-cases.json.gz`;
    const rules = rulesOf(`qemu-${version}`);
    expect(unequal(file, rules)).toEqual([]);
    const results = recorded(file).map((sequence) => compareRecorded(sequence, rules));
    const agreed = results.flatMap((result) => (result.kind === "agreed" ? [result] : []));
    expect(agreed).toHaveLength(cases);
    expect(agreed.reduce((sum, each) => sum + each.commands, 0)).toBe(commands);
  });

  test.each(["7.2", "10.0"] as const)("%s: what random commands once found agrees", (version) => {
    expect(unequal(`qemu-${version}-found.json.gz`, rulesOf(`qemu-${version}`))).toEqual([]);
  });

  test("a rule that is wrong is noticed", () => {
    const hook = DRIVERS.get("copy-before-write");
    if (hook === undefined) throw new Error("there is no hook");
    const drivers = new Map(DRIVERS).set(hook.name, { ...hook, permissions: defaultPermissions });
    const wrong = { ...rulesOf("qemu-7.2"), drivers };
    const results = recorded("qemu-7.2-random.jsonl.gz").map((each) =>
      compareRecorded(each, wrong),
    );
    expect(results.filter(({ kind }) => kind === "differs").length).toBeGreaterThan(100);
  });
});

describe("live", () => {
  const live = needsTool("qemu-storage-daemon", "qemu-img");
  const images = { folder: null as ImageFolder | null };
  afterAll(() => images.folder?.remove());

  live.test(
    "300 random sequences of commands are judged as by QEMU 7.2",
    async () => {
      const folder = new ImageFolder();
      images.folder = folder;
      const side = {
        ...{ binary: "qemu-storage-daemon", images: folder },
        context: rulesOf("qemu-7.2"),
      };
      const number = fc.nat(0xff_ffff);
      let commands = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(number, number, number, number), { maxLength: 30, size: "max" }),
          async (picks) => {
            const outcome = await compareLive(picks, side);
            expect(outcome.difference, JSON.stringify(outcome.commands)).toBeNull();
            commands += outcome.commands.length;
          },
        ),
        // The same in every run: what others find is for `conform --random`.
        { numRuns: 300, seed: 11, endOnFailure: true },
      );
      expect(commands).toBeGreaterThan(3000);
    },
    600_000,
  );
});
