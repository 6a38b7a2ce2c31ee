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

/** States up to which a page searches if nobody says otherwise: some 100 MB. */
export const MOST_STATES = 2 ** 21;
/** ms of work after which the page has its turn */
const SLICE_MS = 8;
/** States between two looks at the clock. */
const PIECE = 64;

/**
 * Declares `search(report, done, giveUp)`, which begins a search, calls `done` with what it came
 * to, or `giveUp` with an error such as that there is no memory, and returns a function that stops
 * it:
 *
 *     { progress, complete, stopped, judged, found: null | { number, failure, steps, rows } }
 *
 * `found.number` is that of the property, the number of properties for a deadlock, -1 for a
 * failure; `rows` are the words of the states on the way there.
 *
 * @param most states
 */
export function loopText(kernel: Kernel, most: number): string {
  const words = Array.from({ length: kernel.words }, (_, word) => `w${word}`);
  const all = words.join(", ");
  const { length } = kernel.properties;
  return `
function search(report, done, giveUp) {
const judged = new Float64Array(${length}), covered = new Uint8Array(0);
let rows = new Int32Array(${1024 * kernel.words}), parents = new Int32Array(1024);
let table = new Int32Array(4096);
let end = 0, next = 0, parent = -1, levelEnd = 0, depth = 0, transitions = 0;
let found = null, broken = false, inspecting = false, failed = false, stopped = false;

function note(number, failure, steps) {
if (found !== null && found.steps <= steps) return false;
found = { number, failure, steps, at: parent, last: null };
return true;
}
function violate(property) {
if (inspecting) note(property, null, depth);
else broken = note(property, null, depth + 1) || broken;
}
function fail(failure) { failed = true; broken = false; note(-1, failure, depth + 1); }
${emitText(words)}
const { successors, isFinal, inspect, present } = (function () {
${kernel.source}
return { successors, isFinal, inspect: ${kernel.inspects ? "inspect" : "null"}, present };
})();

function expand() {
broken = false;
parent = next++;
const at = parent * ${kernel.words};
const ${words.map((word, index) => `${word} = rows[at + ${index}]`).join(", ")};
if (inspect !== null) { inspecting = true; inspect(${all}); inspecting = false; }
failed = false;
const emitted = successors(${all});
transitions += emitted;
if (emitted === 0 && !failed && !isFinal(${all})) note(${length}, null, depth);
}
/** @returns whether there is more to do */
function advance() {
for (let count = 0; count < ${PIECE}; count++) {
if (next === levelEnd) {
if (found !== null || end === levelEnd || end > ${most}) return false;
depth++;
levelEnd = end;
}
expand();
}
return true;
}
function progress() { return { states: end, transitions, depth }; }
function path() {
const path = found.last === null ? [] : [found.last];
for (let at = found.at; at >= 0; at = parents[at]) {
path.unshift(Array.from(rows.subarray(at * ${kernel.words}, (at + 1) * ${kernel.words})));
}
return path;
}
present(${kernel.initial.join(", ")});
levelEnd = end;
function slice() {
try { work(); } catch (error) { giveUp(error); }
}
function work() {
const began = Date.now();
let more = true;
while (more && !stopped && Date.now() - began < ${SLICE_MS}) more = advance();
if (more && !stopped) {
report(progress());
setTimeout(slice, 0);
return;
}
const complete = !more && next === end && end <= ${most};
const rest = found === null ? null : { ...found, rows: path() };
done({ progress: progress(), complete, stopped: more, judged, found: rest });
}
setTimeout(slice, 0);
return () => { stopped = true; };
}`;
}

/** Keeps a state if it is new. */
function emitText(words: readonly string[]): string {
  const { length } = words;
  const all = words.join(", ");
  const is = words.map((word, index) => `rows[known + ${index}] === ${word}`).join(" && ");
  const put = words.map((word, index) => `rows[at + ${index}] = ${word};`).join(" ");
  const declared = words.map((word, index) => `${word} = rows[at + ${index}]`).join(", ");
  return `
function emit(${all}) {
if (broken) { broken = false; found.last = [${all}]; }
${hashText(words)}
const mask = table.length - 1;
let slot = (h ^ g) & mask;
for (let held = table[slot]; held !== 0; held = table[slot]) {
const known = (held - 1) * ${length};
if (${is}) return;
slot = (slot + 1) & mask;
}
if (end === parents.length) {
rows = larger(rows);
parents = larger(parents);
}
const at = end * ${length};
${put}
parents[end] = parent;
table[slot] = ++end;
if (end * 2 > table.length) enlarge();
}
function larger(array) {
const copy = new Int32Array(array.length * 2);
copy.set(array);
return copy;
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
