/** How a condition could go on: everything that is offered is understood once it is complete. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completionsOf } from "../../../src/explorer/condition/completions.ts";
import { exampleConditions } from "../../../src/explorer/condition/examples.ts";
import { parseCondition } from "../../../src/explorer/condition/parse.ts";
import { printCondition } from "../../../src/explorer/condition/print.ts";
import { vocabularyOf } from "../../../src/explorer/condition/vocabulary.ts";
import { MODEL, PROGRAMS, SKETCH } from "../support/explored-programs.ts";
import { someCondition } from "../support/some-condition.ts";

const sketch = vocabularyOf(SKETCH.program);

function offered(text: string, vocabulary = sketch): readonly string[] {
  return completionsOf(text, text.length, vocabulary).options;
}

describe.each([...PROGRAMS])("completions for %s", (_, program) => {
  const vocabulary = vocabularyOf(program);

  it("lead to a condition within a few choices, whatever one begins with", () => {
    fc.assert(
      fc.property(
        someCondition(vocabulary),
        fc.nat(),
        fc.array(fc.nat()),
        (condition, at, picks) => {
          const text = printCondition(condition, vocabulary);
          const start = text.slice(0, at % (text.length + 1));
          let typed = /\b(and|or|not)\s*$|^\s*$|\($/.test(start) ? start : `${start} and `;
          for (let choices = 0; choices < 6; choices++) {
            const { from, to, options } = completionsOf(typed, typed.length, vocabulary);
            expect(0 <= from && from <= to && to === typed.length).toBe(true);
            const names = options.filter((option) => !/ (and|or)$/.test(option));
            if (names.length === 0) break;
            const option = names[(picks[choices] ?? 0) % names.length] ?? "";
            typed = `${typed.slice(0, from)}${option} `;
            const last = parseCondition(`not ${option}`, vocabulary);
            if (last.kind === "condition") return;
          }
          throw new Error(`no condition comes of ${typed}`);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("are there for its examples, each of which is understood", () => {
    const examples = exampleConditions(program);
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) {
      expect(parseCondition(example, vocabulary).kind, example).toBe("condition");
    }
  });
});

it("offers names, then which one, then what it can be, then how to go on", () => {
  expect(offered("")).toEqual(expect.arrayContaining(["guest 0", "cluster[1]", "any", "every"]));
  expect(offered("clu")).toEqual(["cluster[0]", "cluster[1]"]);
  expect(offered("guest 0 choosing and not (clu")).toEqual(["cluster[0]", "cluster[1]"]);
  expect(offered("cluster 1 cop")).toContain("cluster[1] copied");
  expect(offered("cluster 1 copied ").slice(0, 2)).toEqual([
    ...["cluster 1 copied and", "cluster 1 copied or"],
  ]);
  expect(offered("reader 0 fro")).toEqual(["reader 0 frozen"]);
  expect(offered("at least 2 clu")).toEqual(["at least 2 cluster"]);
  expect(offered("hook cluster[1] di", vocabularyOf(MODEL.program))).toContain(
    "hook cluster[1] dirty",
  );
  expect(offered("nothing is called so")).toEqual([]);
  expect(offered("guest 0 choosing and")[0]).toBe(" guest 0");
});

it("replaces the atom at the cursor, and what stands behind that stays", () => {
  const text = "guest 0 choosing and clu and reader 0 frozen";
  const cursor = "guest 0 choosing and clu".length;
  expect(completionsOf(text, cursor, sketch)).toMatchObject({ from: 21, to: cursor });
});
