/**
 * A trace of a check as a player shows it: every step with what it changes in the state that the
 * checker had. It needs nothing but the document; that is how traces of sketches are shown, for
 * there is no log of them.
 *
 * Lines are whoever takes steps, and what they share: fields that belong to no process. Those of
 * several elements are maps, a square for each.
 */
import { FORMAT_PROPERTIES } from "../../../properties/format/index.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { SKETCH_CLUSTER } from "../../system/sketch-bytes.ts";
import type { TraceDocument } from "../check/trace-document.ts";
import type { Lane, Message, PlayerTrace, WrongBytes } from "../site/player-trace.ts";
import type { TraceName } from "./log-trace.ts";
import { MapSheets, type Sheet } from "./map-sheets.ts";
import { cutLine } from "./record-text.ts";
import { changesBetween } from "./state-facts.ts";

type State = TraceDocument["initial"];
type Step = TraceDocument["steps"][number];

/** The player's trace of a counterexample. */
export function checkTrace(name: TraceName, document: TraceDocument): PlayerTrace {
  const { model, mutant, finding, parameters, initial, steps, loop } = document;
  const names = new Names(document);
  const maps = new FieldMaps(document, names);
  const bounds = Object.entries(parameters).map(([what, value]) => ({ what, value: `${value}` }));
  const broken = mutant === null ? [] : [{ what: "mutant", value: mutant }];
  const first = [...names.facts(initial)].map(([what, value]) => ({ what, value }));
  const { property, message } = finding;
  const shown = steps.map((step, index) => {
    const before = steps[index - 1]?.state ?? initial;
    const isLast = index === steps.length - 1;
    return {
      record: index,
      text: step.text,
      lane: names.lane(step.process, step.instance),
      messages: messagesOf(step, before, names),
      line: cutLine(lineOf(step)),
      changes: changesBetween(names.facts(before), names.facts(step.state)),
      cells: maps.changed(step.state),
      judged: isLast ? [{ property: 0, status: "violated" as const, why: message }] : [],
      wrong: isLast && finding.kind === "property" ? wrongBytes(step, before, names) : null,
    };
  });
  return {
    ...name,
    notices: [],
    lanes: names.lanes(),
    maps: maps.all(),
    facts: [{ what: "model", value: model }, ...broken, ...bounds, ...first],
    properties: [
      {
        name: property,
        statement: statementOf(property) ?? message,
        status: "not judged",
      },
    ],
    steps: shown,
    loop,
  };
}

function statementOf(property: string): string | undefined {
  return (PROPERTIES.get(property) ?? FORMAT_PROPERTIES.get(property))?.statement;
}

/** What is called how. */
class Names {
  readonly document: TraceDocument;
  /** fields that no process owns */
  readonly shared: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[] | null>;

  constructor(document: TraceDocument) {
    this.document = document;
    const processes = Object.keys(document.initial.nodes);
    this.#values = new Map(document.fields.map(({ name, values }) => [name, values]));
    this.shared = document.fields
      .map(({ name }) => name)
      .filter((name) => !processes.some((own) => /^[. ]/.test(afterPrefix(name, own))));
  }

  value(field: string, number: number): string {
    return this.#values.get(field)?.[number] ?? `value ${number}`;
  }

  lanes(): Lane[] {
    const { nodes, fields } = this.document.initial;
    const actors = Object.entries(nodes).flatMap(([process, instances]) =>
      instances.map((_, instance): Lane => {
        const title = this.label(process, instance);
        return { id: this.lane(process, instance), kind: kindOf(process), title };
      }),
    );
    const things = this.shared.map((name): Lane => {
      const kind = this.isStore(name) ? "image" : "node";
      return { id: fieldLane(name), kind, title: name };
    });
    return [...actors, ...things.filter(({ title }) => (fields[title]?.length ?? 0) > 0)];
  }

  lane(process: string, instance: number): string {
    return `process ${process} ${instance}`;
  }

  label(process: string, instance: number): string {
    const instances = this.document.initial.nodes[process]?.length ?? 1;
    return instances === 1 ? process : `${process} ${instance}`;
  }

  /** Whether it holds numbers, and no states of a chart. */
  isStore(field: string): boolean {
    return this.#values.get(field) === null;
  }

  /** The whole state in words. */
  facts({ nodes, fields }: State): Map<string, string> {
    const facts = new Map<string, string>();
    for (const [process, instances] of Object.entries(nodes)) {
      for (const [instance, node] of instances.entries()) {
        facts.set(this.label(process, instance), node);
      }
    }
    for (const [name, elements] of Object.entries(fields)) {
      for (const [index, element] of elements.entries()) {
        const what = elements.length === 1 ? name : `${name} ${index}`;
        facts.set(what, this.value(name, element));
      }
    }
    return facts;
  }
}

/** Shared fields of several elements as maps. */
class FieldMaps {
  readonly #sheets = new MapSheets();
  readonly #fields: readonly { readonly name: string; readonly sheet: Sheet }[];
  readonly #names: Names;

  constructor({ initial }: TraceDocument, names: Names) {
    this.#names = names;
    const several = names.shared.filter((name) => (initial.fields[name]?.length ?? 0) > 1);
    this.#fields = several.map((name) => {
      const sheet = this.#sheets.sheet(fieldLane(name), name, SKETCH_CLUSTER);
      for (const [index, element] of (initial.fields[name] ?? []).entries()) {
        this.#sheets.begin(sheet, index, sheet.names.position(names.value(name, element)));
      }
      return { name, sheet };
    });
  }

  changed({ fields }: State) {
    for (const { name, sheet } of this.#fields) {
      for (const [index, element] of (fields[name] ?? []).entries()) {
        const state = sheet.names.position(this.#names.value(name, element));
        this.#sheets.set(sheet, index, state);
      }
    }
    return this.#sheets.take();
  }

  all() {
    return this.#sheets.maps();
  }
}

/** An arrow to everything shared that a step changed, or mentions; a note where there is none. */
/**
 * A line to everything that a step asks, reads or changes, each with its part of what is said:
 * `claiming cluster 0: granted, read 0 from disk` asks a cluster, and reads the disk.
 */
function messagesOf({ process, instance, text, state }: Step, before: State, names: Names) {
  const from = names.lane(process, instance);
  const [asking = text, ...answered] = text.split(": ");
  const parts = answered.flatMap((part) => part.split(", "));
  const calls = new Map(parts.flatMap((part) => callIn(part) ?? []));
  const replies = parts.filter((part) => callIn(part) === null);
  const asked = replies.length === 0 ? asking : `${asking}: ${replies.join(", ")}`;
  const words = new Set(asked.toLowerCase().split(/[^a-z0-9_-]+/));
  const touched = names.shared.filter((name) => {
    const changed = JSON.stringify(before.fields[name]) !== JSON.stringify(state.fields[name]);
    const isAsked = !names.isStore(name) && words.has(name.toLowerCase());
    return changed || calls.has(name) || isAsked;
  });
  if (touched.length === 0) return [{ from, to: from, text, kind: "note" }] satisfies Message[];
  return touched.map((name): Message => {
    return { from, to: fieldLane(name), text: calls.get(name) ?? asked, kind: "call" };
  });
}

/** The store that `read 0 from disk` and `wrote 1 to cache` name, and the words; null: neither. */
function callIn(part: string): [[store: string, words: string]] | null {
  const [, store] = /^(?:read \S+ from|wrote \S+ to) (.+)$/.exec(part) ?? [];
  return store === undefined ? null : [[store, part]];
}

/** Of a read that ended wrongly: the address, and where it was read. */
function wrongBytes(step: Step, before: State, names: Names): WrongBytes | null {
  const { process, instance, text } = step;
  const number = before.fields[`${process}.address`]?.[instance];
  const read = /read (\d+) from (\S+)/.exec(text);
  if (number === undefined || read === null) return null;
  const address = Number(names.value(`${process}.address`, number).replace(/\D+/g, ""));
  const [, value = "", store = ""] = read;
  const isMapped = names.shared.includes(store);
  return {
    lane: names.lane(process, instance),
    offset: address * SKETCH_CLUSTER,
    length: SKETCH_CLUSTER,
    map: isMapped ? fieldLane(store) : null,
    clusters: isMapped ? [address] : [],
    expected: "what was there at the beginning",
    found: `value ${value}`,
  };
}

function lineOf({ process, instance, node, alternative, choices }: Step): string {
  return JSON.stringify({ process, instance, node, alternative, choices });
}

function fieldLane(name: string): string {
  return `field ${name}`;
}

function afterPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : "";
}

const KINDS: readonly (readonly [RegExp, Lane["kind"]])[] = [
  [/^guest\b/, "guest"],
  [/^reader\b/, "reader"],
  [/^(commands|administrator)\b/, "administrator"],
  [/\b(copy|task|background)\b/, "node"],
];

function kindOf(process: string): Lane["kind"] {
  return KINDS.find(([pattern]) => pattern.test(process))?.[1] ?? "job";
}
