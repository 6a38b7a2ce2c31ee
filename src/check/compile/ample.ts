/**
 * JavaScript that chooses whose steps are looked at in a state, if not everybody's have to be.
 *
 * `choose(w0, ...)` looks up the context of every team, and begins with each team that can step: as
 * long as somebody outside the set may ever meet what somebody inside does next, he joins. Sets
 * that have not got everybody are left in `SET`, those with the fewest steps first. The first of
 * them in which a step can be taken is enough; if there is none, everybody steps.
 */
import type { Component } from "../reduce/look-up.ts";
import type { Reduction } from "../reduce/reduction.ts";
import { readElement } from "./elements.ts";
import { wordList } from "./steps.ts";
import { known, type Unit } from "./unit.ts";
import { constant } from "./value.ts";

/** Message of the failure that a state beyond all contexts is. */
const UNKNOWN = "the partial-order reduction met a state it does not know; give --por off";

/** Functions `choose` and `successors`, the latter over `everybody`, which is told who may step. */
export function ampleFunctions(unit: Unit, reduction: Reduction): string[] {
  const { look, words, ways, reads, writes, futureReads, futureWrites, own } = reduction;
  const list = (name: string, numbers: readonly number[]) =>
    `const ${name} = new Int32Array([${numbers}]);`;
  const count = reduction.teams.length;
  return [
    list("LOOK", look),
    list("WAYS", ways),
    list("READS", reads),
    list("WRITES", writes),
    list("FUTURE_READS", futureReads),
    list("FUTURE_WRITES", futureWrites),
    list("OWN", own),
    `const AT = new Int32Array(${count}), SET = new Int32Array(${count});`,
    meetFunction(words),
    closeFunction(count),
    chooseFunction(unit, reduction),
    successorsFunction(unit),
  ];
}

/** Whether what team `a` does next may meet anything that team `b` ever does. */
function meetFunction(words: number): string {
  return `function meet(a, b) {
let x = AT[a] * ${words}, y = AT[b] * ${words}, o = a * ${words};
for (const end = x + ${words}; x < end; x++, y++, o++) {
if (WRITES[x] & FUTURE_READS[y]) return true;
if ((WRITES[x] | READS[x]) & FUTURE_WRITES[y] & ~OWN[o]) return true;
}
return false;
}`;
}

/** The set that a set has to grow to. */
function closeFunction(count: number): string {
  return `function close(set, among) {
for (let left = set; left !== 0; ) {
const a = 31 - Math.clz32(left);
left &= ~(1 << a);
for (let b = 0; b < ${count}; b++) {
if ((set >>> b & 1) === 0 && (among >>> b & 1) !== 0 && meet(a, b)) {
set |= 1 << b;
left |= 1 << b;
}
}
}
return set;
}
function waysOf(set) {
let ways = 0;
for (; set !== 0; set &= set - 1) ways += WAYS[AT[31 - Math.clz32(set & -set)]];
return ways;
}`;
}

function chooseFunction(unit: Unit, { components, roots }: Reduction): string {
  const failure = unit.failure(UNKNOWN);
  const lookUps = components.map((list, team) => {
    const found = list.reduce(
      (at, component) => `LOOK[${at} + ${codeOf(unit, component)}]`,
      `${roots[team] ?? 0}`,
    );
    return `AT[${team}] = ${found};`;
  });
  return `function choose(${wordList(unit, "w")}) {
${lookUps.join("\n")}
let among = 0, found = 0;
for (let a = 0; a < ${components.length}; a++) {
if (AT[a] === 0) {
fail(${failure});
return 0;
}
if (WAYS[AT[a]] !== 0) among |= 1 << a;
}
for (let a = 0; a < ${components.length}; a++) {
if ((among >>> a & 1) === 0) continue;
const set = close(1 << a, among);
if (set === among) continue;
const ways = waysOf(set);
let at = found++;
for (; at > 0 && waysOf(SET[at - 1]) > ways; at--) SET[at] = SET[at - 1];
SET[at] = set;
}
return found;
}`;
}

function codeOf({ layout }: Unit, component: Component): string {
  const isRest = component.kind === "rest";
  const array = isRest
    ? known(layout.rests.get(component.process), component.process)
    : known(layout.fields.get(component.field), component.field);
  const index = isRest ? component.instance : component.index;
  return readElement(array, constant(index), (word) => `w${word}`).code;
}

function successorsFunction(unit: Unit): string {
  const words = wordList(unit, "w");
  return `function successors(${words}) {
const found = choose(${words});
for (let index = 0; index < found; index++) {
const n = everybody(SET[index], ${words});
if (n > 0) return n;
}
return everybody(-1, ${words});
}`;
}
