/**
 * The loop of a search in a page, as text around a kernel.
 *
 * States stand one after the other in one array, in the order in which they were found, which is
 * that of a queue; a hash table of their numbers tells which are known. The loop works for a few
 * milliseconds, then lets the page do what it has to. Whatever is found, the level is finished, so
 * that a shortest trace is known to be one.
 */
import type { Kernel } from "../../check/kernel.ts";
import { hashText } from "../../check/search/hash-text.ts";

/** States up to which a page searches: some 100 MB. */
const MOST_STATES = 2 ** 21;
/** ms of work after which the page has its turn */
const SLICE_MS = 8;
/** States between two looks at the clock. */
const PIECE = 64;

/** Declares `tryIt`; `named` must be there (try-it-script.ts). */
export function loopText(kernel: Kernel): string {
  const words = Array.from({ length: kernel.words }, (_, word) => `w${word}`);
  const all = words.join(", ");
  return `
function search(report) {
const judged = new Float64Array(named.properties.length), covered = new Uint8Array(0);
let rows = new Int32Array(${1024 * kernel.words}), table = new Int32Array(4096);
let end = 0, next = 0, levelEnd = 0, depth = 0, transitions = 0;
let found = null, inspecting = false, failed = false, stopped = false;

function note(number, failure, steps) {
if (found === null || steps < found.steps) found = { number, failure, steps };
}
function violate(property) { note(property, null, inspecting ? depth : depth + 1); }
function fail(failure) { failed = true; note(-1, failure, depth + 1); }
${emitText(words)}
const { successors, isFinal, inspect, present } = (function () {
${kernel.source}
return { successors, isFinal, inspect: ${kernel.inspects ? "inspect" : "null"}, present };
})();

function expand() {
const at = next++ * ${kernel.words};
const ${words.map((word, index) => `${word} = rows[at + ${index}]`).join(", ")};
if (inspect !== null) { inspecting = true; inspect(${all}); inspecting = false; }
failed = false;
const emitted = successors(${all});
transitions += emitted;
if (emitted === 0 && !failed && !isFinal(${all})) note(${kernel.properties.length}, null, depth);
}
/** @returns whether there is more to do */
function advance() {
for (let count = 0; count < ${PIECE}; count++) {
if (next === levelEnd) {
if (found !== null || end === levelEnd || end > ${MOST_STATES}) return false;
depth++;
levelEnd = end;
}
expand();
}
return true;
}
${RESULT}
present(${kernel.initial.join(", ")});
levelEnd = end;
let finish;
const over = new Promise((resolve) => { finish = resolve; });
function slice() {
const began = Date.now();
let more = true;
while (more && !stopped && Date.now() - began < ${SLICE_MS}) more = advance();
if (!more || stopped) { finish(result(!more && end <= ${MOST_STATES})); return; }
report(progress());
setTimeout(slice, 0);
}
setTimeout(slice, 0);
return { over, stop() { stopped = true; } };
}

let running = null;
const tryIt = {
bounds: named.bounds,
start(report) {
if (running !== null) running.stop();
running = search(report);
return running.over;
},
stop() { if (running !== null) running.stop(); },
};`;
}

/** Keeps a state if it is new. */
function emitText(words: readonly string[]): string {
  const { length } = words;
  const is = (place: string) =>
    words.map((word, index) => `rows[${place} + ${index}] === ${word}`).join(" && ");
  const put = words.map((word, index) => `rows[at + ${index}] = ${word};`).join(" ");
  const declared = words.map((word, index) => `${word} = rows[at + ${index}]`).join(", ");
  return `
function emit(${words.join(", ")}) {
${hashText(words)}
const mask = table.length - 1;
let slot = (h ^ g) & mask;
for (let held = table[slot]; held !== 0; held = table[slot]) {
const known = (held - 1) * ${length};
if (${is("known")}) return;
slot = (slot + 1) & mask;
}
const at = end * ${length};
if (at === rows.length) {
const larger = new Int32Array(rows.length * 2);
larger.set(rows);
rows = larger;
}
${put}
table[slot] = ++end;
if (end * 2 > table.length) enlarge();
}
function enlarge() {
table = new Int32Array(table.length * 4);
const mask = table.length - 1;
for (let number = 0; number < end; number++) {
const at = number * ${length};
const ${declared};
${hashText(words)}
let slot = (h ^ g) & mask;
while (table[slot] !== 0) slot = (slot + 1) & mask;
table[slot] = number + 1;
}
}`;
}

/** What came out, as the checker would say it. @param complete whether everything was seen */
const RESULT = `
function progress() { return { states: end, transitions, depth }; }
function result(complete) {
const { verdict, property, problem } = judge(complete);
const count = (number, what) => number.toLocaleString("en") + " " + what;
const seen = count(end, "states") + ", " + count(transitions, "transitions");
const steps = property !== null && found !== null ? found.steps : null;
const text = verdict + (problem === "" ? "" : " (" + problem + ")") + ": " + seen;
return { ...progress(), verdict, property, steps, text, notChecked: named.notChecked };
}
function judge(complete) {
const undecided = (problem) => ({ verdict: "undecided", property: null, problem });
if (found !== null && found.failure === null) {
const property = named.properties[found.number];
return { verdict: "violated", property, problem: property + " in " + found.steps + " steps" };
}
if (found !== null) return undecided("the model leaves its bounds: " + named.failures[found.failure]);
if (!complete) return undecided(stopped ? "it was stopped" : "it has too many states for a page");
const silent = (sometimes) =>
named.sometimes.findIndex((each, index) => each === sometimes && judged[index] === 0);
const never = silent(true);
if (never >= 0) {
const property = named.properties[never];
return { verdict: "violated", property, problem: property + " is true in no reachable state" };
}
const mute = silent(false);
if (mute >= 0) return undecided(named.properties[mute] + " was never judged");
return { verdict: "holds", property: null, problem: "" };
}`;
