/**
 * The yardstick model as a kernel that was written by hand, so that the search can be tested and
 * measured without the compiler.
 *
 * Guests claim, save, drain and write; readers freeze or read the cache. Every rest and every step
 * is one line below. Fields are packed one array after the other; an array never straddles words.
 */
import type { Kernel } from "../../../src/check/kernel.ts";

/** Sizes of the model, and what is different about it. */
export interface Yardstick {
  readonly clusters: number;
  readonly guests: number;
  readonly readers: number;
  readonly values: number;
  /** whether a guest waits for frozen readers; without that a reader sees its value */
  readonly drains?: boolean;
  /** spread the fields over that many words, more than they need */
  readonly words?: number;
}

/** An array of `count` fields of `bits` bits, at bit `shift` of a word. */
interface Slot {
  readonly word: number;
  readonly shift: number;
  readonly bits: number;
  readonly count: number;
}

type Slots = Readonly<Record<string, Slot>>;

const bitsFor = (values: number): number => Math.max(1, 32 - Math.clz32(values - 1));
const ones = (bits: number): number => 2 ** bits - 1;

/** Bits and number of elements of every array; a guest and a reader have their own small ones. */
function arrays(model: Yardstick): [string, number, number][] {
  const { clusters, guests, readers, values } = model;
  const list: [string, number, number][] = [
    ["disk", bitsFor(values), clusters],
    ["cache", bitsFor(values), clusters],
    ["copy", 2, clusters],
    ["frozen", bitsFor(readers + 1), clusters],
  ];
  for (let guest = 0; guest < guests; guest++) {
    list.push([`guest${guest}`, 3, 1], [`target${guest}`, bitsFor(clusters), 1]);
    list.push([`value${guest}`, bitsFor(values), 1], [`saved${guest}`, bitsFor(values), 1]);
  }
  for (let reader = 0; reader < readers; reader++) {
    list.push([`reader${reader}`, 2, 1], [`read${reader}`, bitsFor(clusters), 1]);
  }
  return list;
}

/** Where everything lies: in as few words as first-fit takes, or spread over `words`. */
function place(model: Yardstick): { slots: Slots; words: number } {
  const slots: Record<string, Slot> = {};
  const used: number[] = [];
  const list = arrays(model);
  for (const [index, [name, bits, count]] of list.entries()) {
    let word = Math.floor((index * (model.words ?? 0)) / list.length);
    while ((used[word] ?? 0) + bits * count > 32) word++;
    slots[name] = { word, shift: used[word] ?? 0, bits, count };
    used[word] = (used[word] ?? 0) + bits * count;
  }
  return { slots, words: Math.max(used.length, model.words ?? 0) };
}

/** Text that reads and changes packed fields in local variables x0, x1, ... */
class Writer {
  private readonly slots: Slots;
  private readonly words: number;

  constructor(slots: Slots, words: number) {
    this.slots = slots;
    this.words = words;
  }

  private slot(name: string): Slot {
    const slot = this.slots[name];
    if (slot === undefined) throw new Error(`no field ${name}`);
    return slot;
  }

  get(name: string, at = "0"): string {
    const { word, shift, bits } = this.slot(name);
    return `((w${word} >>> (${shift} + ${bits} * (${at}))) & ${ones(bits)})`;
  }

  /** emits the state with some fields exchanged; the old values are those of w0, w1, ... */
  emit(changes: readonly (readonly [name: string, at: string, value: string])[]): string {
    const next = Array.from({ length: this.words }, (_, word) => `w${word}`);
    for (const [name, at, value] of changes) {
      const { word, shift, bits } = this.slot(name);
      const offset = `(${shift} + ${bits} * (${at}))`;
      next[word] = `((${next[word]} & ~(${ones(bits)} << ${offset})) | ((${value}) << ${offset}))`;
    }
    return `n++; emit(${next.join(", ")});`;
  }
}

function guestText(model: Yardstick, write: Writer, guest: number): string {
  const [rest, target, value, saved] = [
    `guest${guest}`,
    `target${guest}`,
    `value${guest}`,
    `saved${guest}`,
  ];
  const at = write.get(target);
  const set = (name: string, to: string | number): [string, string, string] => [name, "0", `${to}`];
  const claim = `if (${write.get("copy", at)} === 2) { ${write.emit([set(rest, 3)])} }
    else if (${write.get("copy", at)} === 0) {
      ${write.emit([set(rest, 2), ["copy", at, "1"], set(saved, write.get("disk", at))])} }`;
  const save = write.emit([
    set(rest, 3),
    ["cache", at, write.get(saved)],
    ["copy", at, "2"],
    set(saved, 0),
  ]);
  const drained = model.drains === false ? "true" : `${write.get("frozen", at)} === 0`;
  const idle = [set(rest, 0), set(target, 0), set(value, 0)];
  return `switch (${write.get(rest)}) {
    case 0: for (let c = 0; c < ${model.clusters}; c++) {
      for (let v = 1; v < ${model.values}; v++) {
        ${write.emit([set(rest, 1), set(target, "c"), set(value, "v")])} } } break;
    case 1: ${claim} break;
    case 2: ${save} break;
    case 3: if (${drained}) { ${write.emit([set(rest, 4)])} } break;
    default: ${write.emit([["disk", at, write.get(value)], ...idle])} }`;
}

function readerText(model: Yardstick, write: Writer, reader: number): string {
  const [rest, target] = [`reader${reader}`, `read${reader}`];
  const at = write.get(target);
  const set = (name: string, to: string | number): [string, string, string] => [name, "0", `${to}`];
  const idle = [set(rest, 0), set(target, 0)];
  const frozen = (cluster: string, change: string): [string, string, string] => [
    "frozen",
    cluster,
    `${write.get("frozen", cluster)} ${change}`,
  ];
  const compare = (name: string) => `judged[0]++; if (${write.get(name, at)} !== 0) violate(0);`;
  return `switch (${write.get(rest)}) {
    case 0: for (let c = 0; c < ${model.clusters}; c++) {
      if (${write.get("copy", "c")} === 2) { ${write.emit([set(rest, 1), set(target, "c")])} }
      else { ${write.emit([set(rest, 2), set(target, "c"), frozen("c", "+ 1")])} } } break;
    case 1: ${compare("cache")} ${write.emit(idle)} break;
    default: ${compare("disk")} ${write.emit([...idle, frozen(at, "- 1")])} }`;
}

/** The kernel; property 0 is that a reader sees the point in time. */
export function yardstickKernel(model: Yardstick): Kernel {
  const { slots, words } = place(model);
  const write = new Writer(slots, words);
  const parameters = Array.from({ length: words }, (_, word) => `w${word}`).join(", ");
  const guests = Array.from({ length: model.guests }, (_, guest) => guestText(model, write, guest));
  const readers = Array.from({ length: model.readers }, (_, reader) =>
    readerText(model, write, reader),
  );
  const steps = [...guests, ...readers].join("\n");
  const source = `
    function successors(${parameters}) { let n = 0; ${steps} return n; }
    function isFinal(${parameters}) { return false; }
    function inspect() {}
    function present(${parameters}) { emit(${parameters}); }`;
  const bits = Object.values(slots).reduce((sum, slot) => sum + slot.bits * slot.count, 0);
  return {
    words,
    bits,
    source,
    inspects: false,
    initial: Array.from({ length: words }, () => 0),
    properties: ["view-shows-the-point-in-time"],
    coverage: 0,
    failures: [],
  };
}
