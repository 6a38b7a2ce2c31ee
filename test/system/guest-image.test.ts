/**
 * The guest image against its definition, byte by byte: it accepts every read that some order of
 * the writes explains, and no other. Every simulation and every run is judged by it, so nothing
 * may judge it but the sentence it implements:
 *
 *     a read may return the value of any write that began before the read ended, unless a write
 *     that certainly took effect began after that one was over and was itself over before the read
 *     began.
 *
 * What the image held at first counts as a write that was over before everything else.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GuestImage, type ReadWindow } from "../../src/system/guest-image.ts";
import type { Layer } from "../../src/system/unsettled.ts";

/** One write, as one byte sees it. */
interface ByteWrite {
  readonly value: number;
  readonly begun: number;
  over: number;
  certain: boolean;
}

/** The definition, literally: a list of writes for each byte. */
class Definition {
  readonly #bytes: ByteWrite[][];
  #clock = 0;

  constructor(content: Uint8Array) {
    this.#bytes = [...content].map((value) => [{ value, begun: 0, over: 0, certain: true }]);
  }

  now(): number {
    return ++this.#clock;
  }

  begin(start: number, data: Uint8Array): ByteWrite[] {
    const begun = this.now();
    return [...data].map((value, index) => {
      const write = { value, begun, over: Infinity, certain: false };
      this.#bytes[start + index]?.push(write);
      return write;
    });
  }

  end(writes: readonly ByteWrite[], certain: boolean): void {
    const over = this.now();
    for (const write of writes) {
      write.over = over;
      write.certain = certain;
    }
  }

  /** What a read that began at `since` and ends now may find in a byte. */
  allowed(at: number, since: number): Set<number> {
    const writes = this.#bytes[at] ?? [];
    const seen = writes.filter(
      (write) =>
        !writes.some((later) => later.certain && later.begun > write.over && later.over < since),
    );
    return new Set(seen.map(({ value }) => value));
  }

  /** Every value that the byte ever had or was to have. */
  ever(at: number): number[] {
    return (this.#bytes[at] ?? []).map(({ value }) => value);
  }
}

const SIZE = 8;

type Action =
  | { kind: "write"; at: number; data: number[] | number }
  | { kind: "written"; which: number; certain: boolean }
  | { kind: "read"; at: number; length: number }
  | { kind: "wasRead"; which: number; picks: number[]; wrong: number | null; stale: number }
  | { kind: "gaveUp"; which: number }
  | { kind: "reconcile"; picks: number[]; wrong: number | null; stale: number };

// Few values, so that different writes often agree; 0 is what a discard leaves.
const value = fc.integer({ min: 0, max: 5 });
const at = fc.nat(SIZE - 1);
const which = fc.nat(20);
const outcome = {
  picks: fc.array(fc.nat(20), { minLength: SIZE, maxLength: SIZE }),
  wrong: fc.option(fc.nat(SIZE - 1), { freq: 2 }),
  stale: fc.nat(20),
};
const kindIs = <Kind extends Action["kind"]>(kind: Kind) => fc.constant(kind);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kindIs("write"),
      at,
      data: fc.oneof(
        fc.array(value, { minLength: 1, maxLength: SIZE }),
        fc.integer({ min: 1, max: SIZE }),
      ),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: kindIs("written"), which, certain: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kindIs("read"), at, length: fc.integer({ min: 1, max: SIZE }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: kindIs("wasRead"), which, ...outcome }) },
  { weight: 1, arbitrary: fc.record({ kind: kindIs("gaveUp"), which }) },
  { weight: 1, arbitrary: fc.record({ kind: kindIs("reconcile"), ...outcome }) },
);
const first = fc.uint8Array({ minLength: SIZE, maxLength: SIZE, max: 5 });

/** Does the same to the guest image and to the definition, and compares every verdict. */
class Trial {
  readonly image: GuestImage;
  #definition: Definition;
  #writes: { layer: Layer; bytes: ByteWrite[] }[] = [];
  #reads: { window: ReadWindow; since: number }[] = [];
  /** verdicts so far */
  accepted = 0;
  rejected = 0;

  constructor(content: Uint8Array) {
    this.image = new GuestImage(content.slice());
    this.#definition = new Definition(content);
  }

  take(action: Action): void {
    switch (action.kind) {
      case "write": {
        const { data } = action;
        const room = SIZE - action.at;
        const bytes = typeof data === "number" ? new Uint8Array(data) : Uint8Array.from(data);
        const written = bytes.subarray(0, room);
        this.write(action.at, written, typeof data === "number");
        return;
      }
      case "written": {
        const [write] = this.#writes.splice(action.which % (this.#writes.length || 1), 1);
        if (write === undefined) return;
        this.image.endWrite(write.layer, action.certain);
        this.#definition.end(write.bytes, action.certain);
        return;
      }
      case "read": {
        const end = Math.min(SIZE, action.at + action.length);
        const window = this.image.beginRead(action.at, end);
        this.#reads.push({ window, since: this.#definition.now() });
        return;
      }
      case "gaveUp":
      case "wasRead": {
        const [read] = this.#reads.splice(action.which % (this.#reads.length || 1), 1);
        if (read === undefined) return;
        if (action.kind === "gaveUp") this.image.abandonRead(read.window);
        else this.judge(read.window, read.since, action);
        return;
      }
      case "reconcile":
        if (this.#writes.length + this.#reads.length === 0) this.reconcile(action);
    }
  }

  write(at: number, bytes: Uint8Array, zeros: boolean): void {
    const data = zeros ? null : bytes.slice();
    const layer = this.image.beginWrite(at, at + bytes.length, data);
    this.#writes.push({ layer, bytes: this.#definition.begin(at, bytes) });
  }

  judge(window: ReadWindow, since: number, how: Outcome): void {
    const { start, end } = window;
    const { got, wrongAt } = this.#result(start, end, since, how);
    this.#compare(this.image.endRead(window, got), wrongAt, since);
  }

  reconcile(how: Outcome): void {
    const since = this.#definition.now();
    const { got, wrongAt } = this.#result(0, SIZE, since, how);
    this.#compare(this.image.reconcile(0, got), wrongAt, since);
    this.#definition = new Definition(got);
  }

  /** Bytes that a read may return, or all but one of them. */
  #result(start: number, end: number, since: number, how: Outcome) {
    const got = new Uint8Array(end - start);
    for (let index = 0; index < got.length; index++) {
      const values = [...this.#definition.allowed(start + index, since)];
      got[index] = values[(how.picks[index] ?? 0) % values.length] ?? 0;
    }
    if (how.wrong === null) return { got, wrongAt: null };
    const wrongAt = start + (how.wrong % got.length);
    const allowed = this.#definition.allowed(wrongAt, since);
    const stale = this.#definition.ever(wrongAt).filter((value) => !allowed.has(value));
    const never = [6, 7].find((value) => !allowed.has(value)) ?? 8;
    got[wrongAt - start] = stale[how.stale % (stale.length || 1)] ?? never;
    return { got, wrongAt };
  }

  #compare(
    found: { at: number; expected: number } | null,
    wrongAt: number | null,
    since: number,
  ): void {
    if (wrongAt === null) {
      expect(found).toBeNull();
      this.accepted++;
      return;
    }
    expect(found?.at).toBe(wrongAt);
    expect([...this.#definition.allowed(wrongAt, since)]).toContain(found?.expected);
    this.rejected++;
  }
}

interface Outcome {
  readonly picks: readonly number[];
  /** which byte to get wrong; null: none */
  readonly wrong: number | null;
  /** which wrong value: one that the byte once had, if there is any */
  readonly stale: number;
}

test("accepts what the definition allows and rejects what it does not, at the right byte", () => {
  const verdicts = { accepted: 0, rejected: 0 };
  fc.assert(
    fc.property(first, fc.array(action, { minLength: 10, maxLength: 80 }), (content, actions) => {
      const trial = new Trial(content);
      for (const taken of actions) trial.take(taken);
      verdicts.accepted += trial.accepted;
      verdicts.rejected += trial.rejected;
    }),
    { numRuns: 5000 },
  );
  expect(verdicts.accepted).toBeGreaterThan(3000);
  expect(verdicts.rejected).toBeGreaterThan(3000);
});

/** Every way to merge sequences, each kept in its own order. */
function* interleavings<Item>(sequences: readonly (readonly Item[])[]): Generator<Item[]> {
  const left = sequences.filter((sequence) => sequence.length > 0);
  if (left.length === 0) yield [];
  for (const sequence of left) {
    const [head, ...tail] = sequence;
    if (head === undefined) continue;
    const others = left.map((other) => (other === sequence ? tail : other));
    for (const rest of interleavings(others)) yield [head, ...rest];
  }
}

test("in every order of three writes and a read of one byte", () => {
  const values = [10, 11, 12];
  const agents = [
    ...values.map((value) => [`${value} begins`, `${value} ends`]),
    ["read begins", "read ends"],
  ];
  let judged = 0;
  for (const order of interleavings(agents)) {
    for (const certain of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const image = new GuestImage(Uint8Array.of(9));
      const definition = new Definition(Uint8Array.of(9));
      const layers = new Map<number, [Layer, ByteWrite[]]>();
      let window: ReadWindow = { start: 0, end: 0, begun: 0 };
      let since = 0;
      for (const step of order) {
        const value = Number.parseInt(step, 10);
        if (step === "read begins") {
          window = image.beginRead(0, 1);
          since = definition.now();
        } else if (step === "read ends") {
          const allowed = definition.allowed(0, since);
          for (const got of [9, ...values]) {
            const found = image.endRead(window, Uint8Array.of(got));
            const right = found === null ? allowed.has(got) : !allowed.has(got);
            if (!right) expect.fail(`${order.join(", ")}, certain ${certain}: read ${got}`);
            if (found !== null && !allowed.has(found.expected)) {
              expect.fail(`${order.join(", ")}, certain ${certain}: expected ${found.expected}`);
            }
            judged++;
          }
        } else if (step.endsWith("begins")) {
          const data = Uint8Array.of(value);
          layers.set(value, [image.beginWrite(0, 1, data), definition.begin(0, data)]);
        } else {
          const [layer, bytes] = layers.get(value) ?? [];
          const sure = ((certain >> (value - 10)) & 1) === 1;
          if (layer !== undefined) image.endWrite(layer, sure);
          definition.end(bytes ?? [], sure);
        }
      }
    }
  }
  // 8! / 2!^4 orders, 2^3 fates, 4 values.
  expect(judged).toBe(2520 * 8 * 4);
});

describe("by example", () => {
  const blank = () => new GuestImage(new Uint8Array(4));
  const bytes = (...values: number[]) => Uint8Array.from(values);

  test("a completed write is what a later read finds", () => {
    const image = blank();
    image.endWrite(image.beginWrite(1, 3, bytes(7, 8)), true);
    expect(image.endRead(image.beginRead(0, 4), bytes(0, 7, 8, 0))).toBeNull();
    expect(image.endRead(image.beginRead(0, 4), bytes(0, 0, 8, 0))).toEqual({ at: 1, expected: 7 });
  });

  test("a write in flight may be seen, torn, or not at all", () => {
    const image = blank();
    const layer = image.beginWrite(0, 4, bytes(1, 2, 3, 4));
    for (const got of [bytes(0, 0, 0, 0), bytes(1, 2, 3, 4), bytes(0, 2, 0, 4)]) {
      expect(image.endRead(image.beginRead(0, 4), got)).toBeNull();
    }
    image.endWrite(layer, true);
    expect(image.endRead(image.beginRead(0, 4), bytes(0, 2, 0, 4))).toEqual({ at: 0, expected: 1 });
  });

  test("a write that failed may have happened, until the next one that did not fail", () => {
    const image = blank();
    image.endWrite(image.beginWrite(0, 2, bytes(1, 1)), false);
    expect(image.endRead(image.beginRead(0, 4), bytes(1, 0, 0, 0))).toBeNull();
    image.endWrite(image.beginWrite(0, 1, bytes(5)), true);
    expect(image.endRead(image.beginRead(0, 4), bytes(5, 1, 0, 0))).toBeNull();
    expect(image.endRead(image.beginRead(0, 4), bytes(1, 1, 0, 0))).toEqual({ at: 0, expected: 5 });
  });

  test("a discard leaves the old bytes or zeros, and nothing else", () => {
    const image = new GuestImage(bytes(9, 9, 9, 9));
    image.endWrite(image.beginWrite(0, 4, null), false);
    expect(image.endRead(image.beginRead(0, 4), bytes(0, 9, 0, 9))).toBeNull();
    expect(image.endRead(image.beginRead(0, 4), bytes(0, 9, 8, 9))?.at).toBe(2);
  });

  test("of two writes at once either may win, but not the one before both", () => {
    const image = blank();
    const one = image.beginWrite(0, 1, bytes(1));
    const other = image.beginWrite(0, 1, bytes(2));
    image.endWrite(one, true);
    image.endWrite(other, true);
    expect(image.endRead(image.beginRead(0, 1), bytes(1))).toBeNull();
    expect(image.endRead(image.beginRead(0, 1), bytes(2))).toBeNull();
    expect(image.endRead(image.beginRead(0, 1), bytes(0))?.at).toBe(0);
  });

  test("a read in flight may find what was there when it began", () => {
    const image = blank();
    const slow = image.beginRead(0, 1);
    for (const value of [1, 2, 3]) image.endWrite(image.beginWrite(0, 1, bytes(value)), true);
    expect(image.endRead(image.beginRead(0, 1), bytes(2))).toEqual({ at: 0, expected: 3 });
    expect(image.endRead(slow, bytes(0))).toBeNull();
  });

  test("what is reconciled is what is there from then on", () => {
    const image = blank();
    image.endWrite(image.beginWrite(0, 2, bytes(1, 1)), false);
    expect(image.reconcile(0, bytes(1, 0, 0, 0))).toBeNull();
    expect(image.endRead(image.beginRead(0, 4), bytes(1, 1, 0, 0))).toEqual({ at: 1, expected: 0 });
    expect(image.reconcile(0, bytes(1, 0, 0, 6))).toEqual({ at: 3, expected: 0 });
    expect(image.endRead(image.beginRead(3, 4), bytes(6))).toBeNull();
  });

  test("nothing is found where nothing is read or written", () => {
    const image = blank();
    const empty = image.beginWrite(2, 2, new Uint8Array(0));
    expect(image.endRead(image.beginRead(2, 2), new Uint8Array(0))).toBeNull();
    image.endWrite(empty, true);
    expect(image.endRead(image.beginRead(0, 4), bytes(0, 0, 0, 0))).toBeNull();
  });

  test("the payload of a write is the caller's again once the write ended", () => {
    const image = blank();
    const reader = image.beginRead(0, 1);
    const payload = bytes(7);
    image.endWrite(image.beginWrite(0, 1, payload), true);
    payload.fill(8);
    expect(image.endRead(image.beginRead(0, 1), bytes(7))).toBeNull();
    expect(image.endRead(image.beginRead(0, 1), bytes(8))).toEqual({ at: 0, expected: 7 });
    image.abandonRead(reader);
  });
});
