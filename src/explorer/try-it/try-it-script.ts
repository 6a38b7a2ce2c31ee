/**
 * A small model as a script that searches it wholly in a page.
 *
 * It is the kernel that the checker generates, as static text, and a breadth-first loop around it
 * (loop-text.ts): no eval, no module, no worker, so that it also runs from a file on disk under a
 * strict content-security policy. It counts what `blockgraph check --symmetry off` counts.
 */
import { compileProgram } from "../../check/compile/compile.ts";
import { NO_DEADLOCK } from "../../check/only-properties.ts";
import type { Program } from "../../check/program/program.ts";
import { TRY_IT } from "../../report/site/try-it.ts";
import { loopText } from "./loop-text.ts";

/** A model at given bounds. */
export interface TriedModel {
  readonly model: string;
  /** for people: `2 clusters, 2 guests` */
  readonly bounds: string;
  readonly program: Program;
}

/** @throws BlockgraphError `program-malformed` as the checker */
export function tryItScript({ model, bounds, program }: TriedModel): string {
  const { kernel } = compileProgram(program, { symmetry: false, coverage: false });
  const notChecked = [...new Set(program.liveness.map(({ property }) => property))];
  const named = {
    bounds,
    properties: [...kernel.properties, NO_DEADLOCK],
    sometimes: program.properties.map(({ promise }) => promise === "sometimes"),
    failures: kernel.failures,
    notChecked,
  };
  return `"use strict";
(function () {
const named = ${literal(named)};
${loopText(kernel)}
const all = globalThis.${TRY_IT} ??= {};
all[${literal(model)}] = tryIt;
})();
`;
}

/** JSON is JavaScript. */
function literal(value: unknown): string {
  return JSON.stringify(value);
}
