/** Conditions as people type them: what is understood, and what is said of the rest. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCondition } from "../../../src/explorer/condition/parse.ts";
import { printCondition } from "../../../src/explorer/condition/print.ts";
import { vocabularyOf } from "../../../src/explorer/condition/vocabulary.ts";
import { MODEL, PROGRAMS, SKETCH } from "../support/explored-programs.ts";
import { someCondition } from "../support/some-condition.ts";

const sketch = vocabularyOf(SKETCH.program);
const model = vocabularyOf(MODEL.program);

function understood(text: string, vocabulary = sketch): string {
  const parsed = parseCondition(text, vocabulary);
  if (parsed.kind === "problem") throw new Error(`${text}: ${parsed.problem.message}`);
  return printCondition(parsed.condition, vocabulary);
}

function problem(text: string, vocabulary = sketch) {
  const parsed = parseCondition(text, vocabulary);
  if (parsed.kind === "condition") throw new Error(`${text} is understood`);
  const { at, message } = parsed.problem;
  return { at: text.slice(at.from, at.to), message };
}

describe.each([...PROGRAMS])("conditions on %s", (_, program) => {
  const vocabulary = vocabularyOf(program);

  it("are printed as text that means the same", () => {
    fc.assert(
      fc.property(someCondition(vocabulary), (condition) => {
        const text = printCondition(condition, vocabulary);
        expect(parseCondition(text, vocabulary)).toEqual({ kind: "condition", condition });
      }),
      { numRuns: 300 },
    );
  });

  it("are understood, or refused with a place in the text, whatever is typed", () => {
    const names = vocabulary.flatMap(({ name, values }) => [
      name,
      ...(values ?? []).slice(0, 3).map((value) => value.name),
    ]);
    const signs = ["and", "or", "not", "(", ")", "|", "=", "!=", "<", '"', "1", "any", "?"];
    const word = fc.oneof(fc.constantFrom(...names), fc.constantFrom(...signs), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = words.join(" ");
        const parsed = parseCondition(text, vocabulary);
        if (parsed.kind === "condition") return;
        const { at, message } = parsed.problem;
        expect(message).not.toMatch(/\n/);
        expect(0 <= at.from && at.from <= at.to && at.to <= text.length).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("what is typed", () => {
  it("is understood in any order, with and without punctuation", () => {
    const copied = "cluster[1] = copied frozen=0 | copied frozen=1 | copied frozen=2";
    for (const text of [
      "cluster 1 copied",
      "cluster[1] copied",
      "cluster[1] = copied",
      "cluster[1] == copied",
      "copied cluster 1",
      "Cluster 1 is COPIED",
      "copied = cluster 1",
      "the cluster 1 is copied",
    ]) {
      expect(understood(text), text).toBe(copied);
    }
  });

  it("may name a part of a value, a value as it is printed, or a number in it", () => {
    expect(understood("cluster[0] = copied frozen=0")).toBe("cluster[0] = copied frozen=0");
    expect(understood("cluster 0 copied frozen 0")).toBe("cluster[0] = copied frozen=0");
    expect(understood("cluster 0 copied frozen > 0")).toBe(
      "cluster[0] = copied frozen=1 | copied frozen=2",
    );
  });

  it("may be about any or every one", () => {
    expect(understood("some reader is not choosing")).toBe("any reader != choosing");
    expect(understood("all guests draining")).toBe("every guest = draining");
    expect(understood("guest draining")).toBe("any guest = draining");
  });

  it("may be about how many there are", () => {
    expect(understood("at least 2 clusters copying")).toBe(
      "at least 2 cluster = copying frozen=0 | copying frozen=1 | copying frozen=2",
    );
    expect(understood("at most 1 guest is not choosing")).toBe("at most 1 guest != choosing");
    expect(understood("exactly 1 reader choosing")).toBe("exactly 1 reader = choosing");
    expect(understood("fewer than 2 disks = 1 or more than 1 disk = 0")).toBe(
      "fewer than 2 disk = 1 or more than 1 disk = 0",
    );
    expect(understood("not at least 1 guest choosing")).toBe("not at least 1 guest = choosing");
  });

  it("may use the word that QEMU has for a reader of the disk", () => {
    expect(understood("cluster 1 copied and reader 0 frozen")).toMatch(
      / and reader 0 = reading disk$/,
    );
    expect(understood("reader frozen", model)).toBe("reader = read: reading source");
  });

  it("binds and before or, and not before both", () => {
    const [one, two, three] = ["disk[0] = 1", "disk[1] = 1", "cache[0] = 0"];
    expect(understood(`${one} or ${two} and ${three}`)).toBe(`${one} or ${two} and ${three}`);
    expect(understood(`(${one} or ${two}) and ${three}`)).toBe(`(${one} or ${two}) and ${three}`);
    expect(understood(`not ${one} && !(${two} || ${three})`)).toBe(
      `not ${one} and not (${two} or ${three})`,
    );
  });
});

describe("what is not understood", () => {
  it.each([
    ["cluster 1 copyed", "copyed", /cluster is never 'copyed'; near that: copied frozen=0/],
    ["clustre 1 copied", "clustre 1 copied", /called 'clustre 1 copied'; near that: cluster/],
    ["cluster 7 copied", "7", /no cluster 7; they are numbered 0 to 1/],
    ["disk[0] = 9", "9", /disk is never more than 1/],
    ["disk[0] = full", "full", /a number from 0 to 1, and never 'full'/],
    ["reader 0", "reader 0", /say what reader is to be: choosing, reading cache/],
    ["cluster 0 copied and", "", /missing at the end/],
    ["(cluster 0 copied", "(", /not closed/],
    ["cluster 0 copied)", ")", /nothing opened/],
    ["cluster 0 copied & disk[0] = 1", "&", /does not belong here/],
    ["", "", /say what is to hold/],
  ])("%s", (text, at, message) => {
    expect(problem(text)).toEqual({ at, message: expect.stringMatching(message) });
  });

  it("is refused where it is too long or too deep", () => {
    expect(problem(`${"(".repeat(100)}disk[0] = 1${")".repeat(100)}`).message).toMatch(/only 64/);
    expect(problem("x ".repeat(5000)).message).toMatch(/up to 4096 characters/);
  });
});

it("the conditions that the README and the command show are understood", () => {
  const texts = [readFileSync("README.md", "utf8"), readFileSync("src/cli/explore.ts", "utf8")];
  const shown = texts.flatMap((text) => text.match(/^ {2,4}.*\b(copied|idle|yes)\b.*$/gm) ?? []);
  const conditions = shown.filter((line) => /^\s+(cluster|hook|every|at least) /.test(line));
  expect(conditions.length).toBe(6);
  for (const line of conditions) {
    const understand = (vocabulary: typeof sketch) => parseCondition(line.trim(), vocabulary);
    const kinds = [understand(sketch).kind, understand(model).kind];
    expect(kinds, line).toContain("condition");
  }
});
