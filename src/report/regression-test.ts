/**
 * The text of a regression test: a counterexample that was found once, and must not come back.
 *
 * The test holds the repaired design to it, and asks the broken one to fail still: a trace that
 * shows nothing any more guards nothing.
 */

export interface Regression {
  /** model that the counterexample is of */
  readonly model: string;
  /** mutant with which it was found; null: the model itself is wrong, or was */
  readonly mutant: string | null;
  /** the property that broke, and in words */
  readonly property: string;
  readonly message: string;
  /** name of the frozen log or trace beside the test */
  readonly file: string;
  /** how the test imports test/support/regression.ts */
  readonly support: string;
}

/** A vitest file. */
export function regressionTest(regression: Regression): string {
  const { model, mutant, property, message, file, support } = regression;
  const found = mutant === null ? "" : ` with ${mutant}`;
  const still =
    mutant === null
      ? []
      : [
          "",
          `it(${JSON.stringify(`the trace still shows what ${mutant} breaks`)}, () => {`,
          `  const broken = brokenOn(TRACE, ${JSON.stringify(mutant)});`,
          `  expect(broken).toContain(${JSON.stringify(property)});`,
          "});",
        ];
  return [
    "/**",
    ` * ${model}${found}: ${property}.`,
    " *",
    ...wrapped(message.replaceAll("*/", "* /")).map((line) => ` * ${line}`),
    " *",
    " * Written by `blockgraph promote`.",
    " */",
    'import { expect, it } from "vitest";',
    `import { brokenOn } from ${JSON.stringify(support)};`,
    "",
    `const TRACE = new URL(${JSON.stringify(`./${file}`)}, import.meta.url);`,
    "",
    `it(${JSON.stringify(`${model} keeps ${property} on the way that broke it`)}, () => {`,
    "  expect(brokenOn(TRACE, null)).toEqual([]);",
    "});",
    ...still,
    "",
  ].join("\n");
}

const COLUMNS = 96;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length + 1 > COLUMNS) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
