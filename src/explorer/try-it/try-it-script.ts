/**
 * A small model as a script that searches it wholly in a page.
 *
 * It is the kernel that the checker generates, as static text, and a breadth-first loop around it
 * (loop-text.ts): no eval, no module, no worker, so that it also runs from a file on disk under a
 * strict content-security policy. It counts what `blockgraph check --symmetry off` counts, and
 * looks at everything but what must happen at last.
 *
 * Limits: two million states; the kernel of a large model is some hundred kilobytes of text.
 */
import { compileProgram } from "../../check/compile/compile.ts";
import type { Program } from "../../check/program/program.ts";
import { loopText, MOST_STATES } from "./loop-text.ts";
import { namedProgram } from "./named-program.ts";
import { RESULT_TEXT } from "./result-text.ts";

/** A model at given bounds. */
export interface TriedModel {
  readonly model: string;
  /** for people: `2 clusters, 2 guests` */
  readonly bounds: string;
  readonly program: Program;
  /** properties in words, by name */
  readonly statements: ReadonlyMap<string, string>;
}

/**
 * The text of a classic script, which registers a `TryIt` (src/report/site/try-it.ts).
 * @param most states up to which it searches
 * @throws BlockgraphError `program-malformed` as the checker
 */
export function tryItScript(
  { model, bounds, program, statements }: TriedModel,
  most = MOST_STATES,
): string {
  const compiled = compileProgram(program, { symmetry: false, coverage: false });
  const named = namedProgram({ model, bounds }, program, statements, compiled);
  return `"use strict";
(function () {
const named = ${JSON.stringify({ ...named, most })};
${loopText(compiled.kernel, most)}
${RESULT_TEXT}
let stop = () => {};
globalThis.blockgraphTryIt = {
...globalThis.blockgraphTryIt,
[named.model]: {
start(report) {
stop();
const began = Date.now();
return new Promise((resolve, reject) => {
const done = (outcome) => resolve(resultOf(outcome, Date.now() - began));
stop = search(report, done, reject);
});
},
stop() { stop(); },
},
};
})();
`;
}
