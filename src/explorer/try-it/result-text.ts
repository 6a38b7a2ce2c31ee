/**
 * What a search in a page came to, as text of a script: the verdict as the checker would say it,
 * and the counterexample as a trace for the player, with what every step changes.
 *
 * Which step it was the kernel does not say; whoever moved shows in what changed.
 */

/** Declares `resultOf(outcome, milliseconds)` over `named` (named-program.ts). */
export const RESULT_TEXT = `
function resultOf({ progress, complete, stopped, judged, found }, milliseconds) {
const { verdict, tone, why, property } = judge(complete, stopped, judged, found);
const notices = why === "" ? [] : [why];
if (named.notChecked.length > 0) {
notices.push("Not looked at in a page: " + named.notChecked.join(", ") + ".");
}
const shown = property !== null && found !== null;
const trace = shown ? traceOf(found, property) : null;
return { verdict, tone, progress, milliseconds, notices, trace };
}
function judge(complete, stopped, judged, found) {
const open = (verdict, why) => ({ verdict, tone: "open", why, property: null });
const bad = (property, why) => ({ verdict: "violated", tone: "bad", why, property });
if (found !== null && found.failure === null) {
const property = named.properties[found.number];
const steps = found.steps === 1 ? "1 step" : found.steps + " steps";
return bad(property, property.name + " is violated after " + steps + ".");
}
if (found !== null) {
return open("undecided", "The model leaves its bounds: " + named.failures[found.failure] + ".");
}
const goOn = " To see all of them, run: blockgraph check " + named.model;
if (stopped) return open("stopped", "Not all states were seen, and nothing was found yet." + goOn);
if (!complete) {
const most = new Intl.NumberFormat("en").format(named.most);
return open("undecided", "It has more than " + most + " states, too many for a page." + goOn);
}
const silent = (wanted) =>
named.sometimes.findIndex((sometimes, at) => sometimes === wanted && judged[at] === 0);
const [never, mute] = [silent(true), silent(false)];
if (never >= 0) {
const property = named.properties[never];
return bad(property, property.name + " is true in no reachable state.");
}
if (mute >= 0) {
return open("undecided", "Nothing here is about " + named.properties[mute].name + ".");
}
return { verdict: "holds", tone: "good", why: "", property: null };
}
function factsOf(row) {
return named.arrays.flatMap(({ name, isProcess, count, width, places, values }) =>
places.map(([word, shift], at) => {
const number = width === 0 ? 0 : (row[word] >>> shift) & (2 ** width - 1);
const many = isProcess ? name + " " + at : name + "[" + at + "]";
const value = values === null ? String(number) : (values[number] ?? String(number));
return { what: count === 1 ? name : many, value, isProcess };
}),
);
}
function traceOf(found, property) {
const states = found.rows.map(factsOf);
const steps = states.slice(1).map((facts, index) => {
const before = states[index];
const changed = facts.flatMap((fact, at) =>
fact.value === before[at].value ? [] : [{ ...fact, before: before[at].value }],
);
const moved = changed.filter(({ isProcess }) => isProcess);
const told = moved.length > 0 ? moved : changed;
const text = told.map(({ what, before, value }) => what + ": " + before + " \\u2192 " + value);
const lane = moved.length > 0 ? moved[0].what : facts[0].what;
const isLast = index === states.length - 2;
return {
record: index,
text: text.join("; ") || "nothing changes",
lane,
messages: [{ from: lane, to: lane, text: text.join("; "), kind: "note" }],
line: "",
changes: changed.map(({ what, before, value }) => ({ what, before, after: value })),
cells: [],
judged: isLast ? [{ property: 0, status: "violated", why: "it is broken here" }] : [],
wrong: null,
};
});
const [first] = states;
return {
id: "try-it-" + named.model,
title: named.model,
notices: ["blockgraph check " + named.model + " says every step in words."],
lanes: first.filter(({ isProcess }) => isProcess).map(({ what }) => laneOf(what)),
maps: [],
facts: first.map(({ what, value }) => ({ what, value })),
properties: [{ ...property, status: states.length === 1 ? "violated" : "not judged" }],
steps,
loop: null,
};
}
function laneOf(title) {
const kinds = { guest: "guest", reader: "reader", commands: "administrator" };
return { id: title, kind: kinds[title.split(/[ \\d]/)[0]] ?? "job", title };
}`;
