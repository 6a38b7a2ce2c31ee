/**
 * What every storage must do, whatever it is made of.
 *
 * The oracle is an array of bytes to which each change is applied when it is *submitted*. Since
 * requests that share a byte take effect in the order of submission, it says what a read must
 * return and where a block-status of `zero` is true, without any allowance for concurrency.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockgraphError } from "../../src/error.ts";
import type { Storage, StorageOutcome } from "../../src/storage/storage.ts";
import { STORAGE_OPERATIONS, type StorageOperation } from "../../src/vocabulary.ts";
import { ask, askNow, OK } from "./ask.ts";

/** One image under test. */
export interface Subject {
  readonly storage: Storage;
  /** the bytes, read past the storage */
  bytes(): Uint8Array;
}

export interface ContractOptions {
  /** whether block-status tells holes from data */
  readonly holes: boolean;
  /** bytes; what block-status tells apart, if it does. Default: 4096 */
  readonly block?: number;
  /** random programs to run. Default: 200 */
  readonly runs?: number;
}

/** A request to make, before it is fitted to the length of an image. */
interface Step {
  readonly operation: StorageOperation;
  /** offset and length are multiples of it, bytes */
  readonly unit: number;
  readonly at: number;
  readonly count: number;
  /** seed of the bytes written; 0: zeros */
  readonly fill: number;
  /** submit another one, and kick, from within `done` */
  readonly followUp: boolean;
  readonly after: "nothing" | "kick" | "let time pass" | "kick and let time pass";
}

const lengths = fc.constantFrom(0, 1, 511, 512, 513, 4095, 4096, 4097, 20_000, 65_536, 100_001);

/** Kicks are rare, so that many requests are in flight, and time may pass without one. */
const afterwards = [
  "nothing",
  "nothing",
  "nothing",
  "nothing",
  "kick",
  "let time pass",
  "kick and let time pass",
] as const;

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    operation: fc.constantFrom(...STORAGE_OPERATIONS),
    unit: fc.constantFrom(1, 512, 4096),
    at: fc.nat(100_000),
    count: fc.oneof(fc.nat(4), fc.nat(100_000)),
    fill: fc.nat(5),
    followUp: fc.boolean(),
    after: fc.constantFrom(...afterwards),
  }),
  { maxLength: 64, size: "max" },
);

interface Made {
  readonly operation: StorageOperation;
  readonly start: number;
  readonly end: number;
  done: number;
}

/** Makes requests of one storage, and notes whatever it does that it must not. */
class Exercise {
  readonly faults: string[] = [];
  readonly oracle: Uint8Array;
  readonly #storage: Storage;
  readonly #made: Made[] = [];
  #outstanding = 0;
  #submitting = false;
  #idle: () => void = () => {};

  constructor(storage: Storage) {
    this.#storage = storage;
    this.oracle = new Uint8Array(storage.length);
  }

  make(step: Step): void {
    const { operation } = step;
    const whole = operation === "flush" ? 0 : this.oracle.length;
    const start = Math.min(whole, (step.at * step.unit) % (whole + 1));
    const end = Math.min(whole, start + ((step.count * step.unit) % (whole + 1)));
    const made: Made = { operation, start, end, done: 0 };
    const buffer = operation === "read" || operation === "write" ? Buffer.alloc(end - start) : null;
    if (operation === "write" && buffer !== null) {
      for (let at = 0; at < buffer.length; at++) buffer[at] = at * step.fill;
    }
    if (isChange(operation)) this.oracle.set(buffer ?? new Uint8Array(end - start), start);
    const expected = this.oracle.slice(start, end);
    const earlier = this.#made.filter((other) => mustPrecede(other, made));
    this.#made.push(made);
    this.#outstanding++;
    this.#submitting = true;
    this.#storage.submit({
      operation,
      offset: start,
      length: end - start,
      buffer,
      done: (outcome) => {
        made.done++;
        this.#outstanding--;
        this.#judge(made, outcome, expected, buffer);
        if (earlier.some((other) => other.done === 0)) this.#fault(made, "overtook an earlier one");
        if (step.followUp) {
          this.make({ ...step, followUp: false, at: step.at + 1, fill: step.fill + 1 });
          this.#storage.kick();
        }
        if (this.#outstanding === 0) this.#idle();
      },
    });
    this.#submitting = false;
  }

  /** Resolves when nothing is outstanding any more. */
  settled(): Promise<void> {
    this.#storage.kick();
    return new Promise((resolve) => {
      this.#idle = resolve;
      if (this.#outstanding === 0) resolve();
    });
  }

  #judge(made: Made, outcome: StorageOutcome, expected: Uint8Array, buffer: Buffer | null): void {
    const { errno, status, bytes } = outcome;
    if (made.done > 1) this.#fault(made, "ended twice");
    if (this.#submitting) this.#fault(made, "ended within submit");
    if (errno !== null) this.#fault(made, `failed: ${errno}`);
    if (made.operation === "read" && !buffer?.equals(expected)) this.#fault(made, "wrong bytes");
    if (made.operation !== "block-status") {
      if (status !== null || bytes !== 0) this.#fault(made, "has a status");
      return;
    }
    const length = made.end - made.start;
    if (bytes < Math.min(1, length) || bytes > length) this.#fault(made, `covers ${bytes} bytes`);
    if (status === null) this.#fault(made, "has no status");
    if (status === "zero" && expected.subarray(0, bytes).some((byte) => byte !== 0)) {
      this.#fault(made, "calls zero what is not");
    }
  }

  #fault({ operation, start, end }: Made, what: string): void {
    this.faults.push(`${operation} of ${start} to ${end}: ${what}`);
  }
}

function isChange(operation: StorageOperation): boolean {
  return operation === "write" || operation === "write-zeroes" || operation === "discard";
}

function mustPrecede(earlier: Made, later: Made): boolean {
  if (later.operation === "flush") return isChange(earlier.operation);
  const shared = Math.min(earlier.end, later.end) > Math.max(earlier.start, later.start);
  return shared && (isChange(earlier.operation) || isChange(later.operation));
}

/** Declares the tests. `make` makes an image of zeros of that length; the suite closes it. */
export function storageContract(
  make: (length: number) => Subject | Promise<Subject>,
  options: ContractOptions,
): void {
  const MIB = 1024 * 1024;
  const { holes, block = 4096, runs = 200 } = options;

  describe("the storage contract", () => {
    it("applies overlapping requests in the order of submission", async () => {
      await fc.assert(
        fc.asyncProperty(lengths, steps, async (length, program) => {
          const { storage, bytes } = await make(length);
          expect(storage.length).toBe(length);
          const exercise = new Exercise(storage);
          for (const step of program) {
            exercise.make(step);
            if (step.after.startsWith("kick")) storage.kick();
            if (step.after.endsWith("let time pass")) {
              await new Promise((resolve) => setImmediate(resolve));
            }
          }
          await exercise.settled();
          storage.close();
          expect(exercise.faults).toEqual([]);
          expect(Buffer.compare(bytes(), exercise.oracle)).toBe(0);
        }),
        { numRuns: runs },
      );
    }, 60_000);

    it("issues nothing before it is kicked", async () => {
      const { storage, bytes } = await make(4096);
      let ended = false;
      const write = ask(storage, "write", 0, 4096, Buffer.alloc(4096, 1)).then(() => {
        ended = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(ended).toBe(false);
      expect(bytes()[0]).toBe(0);
      storage.kick();
      await write;
      expect(bytes()[0]).toBe(1);
      storage.close();
    });

    it("does not issue what a done submits without a kick", async () => {
      const { storage } = await make(4096);
      let second = false;
      const first = new Promise<void>((resolve) => {
        storage.submit({
          operation: "flush",
          offset: 0,
          length: 0,
          buffer: null,
          done: () => {
            void ask(storage, "flush").then(() => {
              second = true;
            });
            resolve();
          },
        });
      });
      storage.kick();
      await first;
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(second).toBe(false);
      await askNow(storage, "flush");
      expect(second).toBe(true);
      storage.close();
    });

    it("serves a length that is no multiple of a block, up to its last byte", async () => {
      const { storage, bytes } = await make(MIB + 513);
      const last = Buffer.from([7]);
      expect(await askNow(storage, "write", MIB + 512, 1, last)).toEqual(OK);
      const whole = Buffer.alloc(MIB + 513);
      expect(await askNow(storage, "read", 0, whole.length, whole)).toEqual(OK);
      expect([whole.at(-2), whole.at(-1)]).toEqual([0, 7]);
      expect(await askNow(storage, "discard", 0, whole.length)).toEqual(OK);
      expect(bytes().length).toBe(MIB + 513);
      expect(bytes().every((byte) => byte === 0)).toBe(true);
      storage.close();
    });

    it("does nothing, successfully, for empty requests, alone and between others", async () => {
      const { storage } = await make(8192);
      const empty = Buffer.alloc(0);
      const outcomes = [
        ask(storage, "read", 8192, 0, empty),
        ask(storage, "write", 0, 4096, Buffer.alloc(4096, 1)),
        ask(storage, "write", 4096, 0, empty),
        ask(storage, "write", 4096, 4096, Buffer.alloc(4096, 1)),
        ask(storage, "discard", 100, 0),
      ];
      storage.kick();
      expect(await Promise.all(outcomes)).toEqual(Array(5).fill(OK));
      const status = await askNow(storage, "block-status", 100, 0);
      expect(status).toEqual({ errno: null, status: "data", bytes: 0 });
      storage.close();
    });

    it("refuses what lies outside the image or has not the buffer it needs", async () => {
      const { storage } = await make(4096);
      const bad: [StorageOperation, number, number, Uint8Array | null, RegExp][] = [
        ["read", 4000, 97, Buffer.alloc(97), /ends at byte 4096/],
        ["discard", 4097, 0, null, /ends at byte 4096/],
        ["read", -1, 1, Buffer.alloc(1), /whole bytes/],
        ["write", 0.5, 1, Buffer.alloc(1), /whole bytes/],
        ["discard", 0, Number.NaN, null, /whole bytes/],
        ["discard", 10, -1, null, /whole bytes/],
        ["flush", 0, 1, null, /length 0/],
        ["read", 0, 10, null, /buffer of 10 bytes and was given none/],
        ["write", 0, 10, Buffer.alloc(9), /buffer of 10 bytes and was given one of 9/],
        ["discard", 0, 10, Buffer.alloc(10), /no buffer/],
      ];
      for (const [operation, offset, length, buffer, message] of bad) {
        const done = () => expect.unreachable("a refused request ended");
        const submit = () => storage.submit({ operation, offset, length, buffer, done });
        expect(submit).toThrow(BlockgraphError);
        expect(submit).toThrow(message);
        expect(submit).toThrow(storage.name);
      }
      storage.kick();
      storage.close();
    });

    it("does not close with a request outstanding", async () => {
      const { storage } = await make(4096);
      const flush = ask(storage, "flush");
      expect(() => storage.close()).toThrow(/1 requests outstanding/);
      storage.kick();
      await flush;
      storage.close();
    });

    it(`reports discarded and zeroed blocks as ${holes ? "holes" : "data"}`, async () => {
      const { storage } = await make(4 * MIB);
      await askNow(storage, "write", 0, 4 * MIB, Buffer.alloc(4 * MIB, 1));
      await askNow(storage, "discard", MIB, MIB);
      await askNow(storage, "write-zeroes", 2 * MIB, MIB - 1);
      const status = (offset: number) =>
        askNow(storage, "block-status", offset, 4 * MIB - offset).then(
          (outcome) => `${outcome.status} ${outcome.bytes}`,
        );
      const seen = [await status(0), await status(MIB), await status(3 * MIB - block)];
      expect(seen).toEqual(
        holes
          ? [`data ${MIB}`, `zero ${2 * MIB - block}`, `data ${MIB + block}`]
          : [`data ${4 * MIB}`, `data ${3 * MIB}`, `data ${MIB + block}`],
      );
      storage.close();
    });
  });
}
