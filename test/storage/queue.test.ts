/**
 * Order and merging, seen from below: what a queue issues to its medium, and when.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/storage/batch.ts";
import { extent, failed } from "../../src/storage/outcome.ts";
import { QueuedStorage } from "../../src/storage/queued-storage.ts";
import type { StorageOutcome } from "../../src/storage/storage.ts";
import type { Errno, StorageOperation } from "../../src/vocabulary.ts";
import { HeldMedium } from "./held-medium.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

function setUp() {
  const medium = new HeldMedium();
  const storage = new QueuedStorage("image", 64 * GIB, medium, () => {});
  const ended: string[] = [];
  const submit = (
    operation: StorageOperation,
    offset = 0,
    length = 0,
    onDone: (outcome: StorageOutcome) => void = () => {},
  ) => {
    const hasBuffer = operation === "read" || operation === "write";
    storage.submit({
      operation,
      offset,
      length,
      buffer: hasBuffer ? Buffer.alloc(length) : null,
      done: (outcome) => {
        const { errno, status, bytes } = outcome;
        const result = status === null ? (errno ?? "ok") : `${status} ${bytes}`;
        ended.push(`${operation} ${offset}: ${result}`);
        onDone(outcome);
      },
    });
  };
  return { medium, storage, ended, submit };
}

/** Gives the medium two operations far away: only a busy medium is given the longest batches. */
function keepBusy(
  submit: ReturnType<typeof setUp>["submit"],
  storage: ReturnType<typeof setUp>["storage"],
): void {
  submit("read", 10 * GIB, 1);
  submit("read", 20 * GIB, 1);
  storage.kick();
}

describe("merging", () => {
  it("makes one operation of 16 adjacent reads, whatever order they come in", () => {
    const { medium, storage, ended, submit } = setUp();
    keepBusy(submit, storage);
    for (const index of [3, 0, 1, 2, 15, 14, 13, 4, 5, 6, 7, 12, 11, 10, 8, 9]) {
      submit("read", index * 64 * KIB, 64 * KIB);
    }
    storage.kick();
    expect(medium.issued.slice(2)).toEqual([`read 0+${MIB} of 16`]);
    const batch = medium.held[2];
    const inOrder = batch?.requests.every(
      ({ request }, at) => request.buffer === batch.buffers[at],
    );
    expect(inOrder).toBe(true);
    medium.end(2);
    expect(ended).toEqual(Array.from({ length: 16 }, (_, index) => `read ${index * 64 * KIB}: ok`));
  });

  it("makes two of them for a medium at rest, so that two threads can work", () => {
    const { medium, storage, submit } = setUp();
    for (let index = 0; index < 16; index++) submit("read", index * 64 * KIB, 64 * KIB);
    storage.kick();
    expect(medium.issued).toEqual([`read 0+${MIB / 2} of 8`, `read ${MIB / 2}+${MIB / 2} of 8`]);
  });

  it("cuts nothing into parts of less than 256 KiB", () => {
    const { medium, storage, submit } = setUp();
    for (let index = 0; index < 5; index++) submit("read", index * 64 * KIB, 64 * KIB);
    storage.kick();
    expect(medium.issued).toEqual([
      `read 0+${256 * KIB} of 4`,
      `read ${256 * KIB}+${64 * KIB} of 1`,
    ]);
  });

  it("joins neither across a gap, nor different operations, nor different kicks", () => {
    const { medium, storage, submit } = setUp();
    submit("read", 0, 10);
    submit("read", 11, 10);
    submit("write", 21, 10);
    submit("discard", 31, 10);
    submit("write-zeroes", 41, 10);
    storage.kick();
    submit("read", 51, 10);
    storage.kick();
    submit("read", 61, 10);
    storage.kick();
    expect(medium.issued.toSorted()).toEqual([
      "discard 31+10 of 1",
      "read 0+10 of 1",
      "read 11+10 of 1",
      "read 51+10 of 1",
      "read 61+10 of 1",
      "write 21+10 of 1",
      "write-zeroes 41+10 of 1",
    ]);
  });

  it("makes one range of adjacent discards and of adjacent write-zeroes", () => {
    const { medium, storage, submit } = setUp();
    for (const operation of ["discard", "write-zeroes"] as const) {
      const base = operation === "discard" ? 0 : GIB;
      for (let index = 0; index < 8; index++) submit(operation, base + index * 100, 100);
    }
    storage.kick();
    expect(medium.issued.toSorted()).toEqual([
      "discard 0+800 of 8",
      `write-zeroes ${GIB}+800 of 8`,
    ]);
    expect(medium.held.map(({ buffers }) => buffers.length)).toEqual([0, 0]);
  });

  it("stops at 1024 buffers and at 16 MiB", () => {
    const { medium, storage, submit } = setUp();
    keepBusy(submit, storage);
    for (let index = 0; index < 1030; index++) submit("read", index, 1);
    for (let index = 0; index < 17; index++) submit("read", GIB + index * MIB, MIB);
    storage.kick();
    expect(medium.issued.slice(2)).toEqual([
      "read 0+1024 of 1024",
      "read 1024+6 of 6",
      `read ${GIB}+${16 * MIB} of 16`,
      `read ${GIB + 16 * MIB}+${MIB} of 1`,
    ]);
  });

  it("gives each request of a failed operation the outcome that it has alone", () => {
    const { medium, storage, ended, submit } = setUp();
    for (let index = 0; index < 4; index++) submit("write", index * 10, 10);
    storage.kick();
    medium.end(0, "EIO");
    expect(ended).toEqual([]);
    expect(medium.issued.slice(1)).toEqual([
      "write 0+10 of 1",
      "write 10+10 of 1",
      "write 20+10 of 1",
      "write 30+10 of 1",
    ]);
    medium.end(0);
    medium.end(0, "ENOSPC");
    medium.end(0, "EIO");
    medium.end(0);
    expect(ended).toEqual(["write 0: ok", "write 10: ENOSPC", "write 20: EIO", "write 30: ok"]);
    storage.close();
  });

  it("still keeps later requests waiting while a failed operation is taken apart", () => {
    const { medium, storage, submit } = setUp();
    submit("write", 0, 10);
    submit("write", 10, 10);
    storage.kick();
    submit("read", 0, 20);
    storage.kick();
    medium.end(0, "EIO");
    medium.end(0);
    expect(medium.issued).not.toContain("read 0+20 of 1");
    medium.end(0, "EIO");
    expect(medium.issued).toContain("read 0+20 of 1");
  });
});

describe("merged block-status", () => {
  it("asks once for each extent and cuts the answer to the requests", () => {
    const { medium, storage, ended, submit } = setUp();
    medium.status = (offset, length) =>
      offset < 25 ? extent("zero", Math.min(length, 25 - offset)) : extent("data", length);
    for (let index = 0; index < 5; index++) submit("block-status", index * 10, 10);
    storage.kick();
    expect(medium.issued).toEqual(["block-status 0+50", "block-status 30+20"]);
    expect(ended).toEqual([
      "block-status 0: zero 10",
      "block-status 10: zero 10",
      "block-status 20: zero 5",
      "block-status 30: data 10",
      "block-status 40: data 10",
    ]);
  });

  it("asks for a request alone where the query for several fails", () => {
    const { medium, storage, ended, submit } = setUp();
    medium.status = (offset, length) =>
      offset + length > 20 ? failed("EIO") : extent("data", length);
    for (let index = 0; index < 3; index++) submit("block-status", index * 10, 10);
    storage.kick();
    expect(ended).toEqual([
      "block-status 0: data 10",
      "block-status 10: data 10",
      "block-status 20: EIO",
    ]);
  });
});

describe("order", () => {
  it("issues a later request when the done of the earlier one has returned, and not before", () => {
    const { medium, storage, submit } = setUp();
    let duringDone: string[] = [];
    submit("write", 0, 10, () => {
      submit("write", 5, 2);
      storage.kick();
      duringDone = [...medium.issued];
    });
    submit("read", 9, 10);
    storage.kick();
    expect(medium.issued).toEqual(["write 0+10 of 1"]);
    medium.end();
    expect(duringDone).toEqual(["write 0+10 of 1"]);
    expect(medium.issued.slice(1).toSorted()).toEqual(["read 9+10 of 1", "write 5+2 of 1"]);
  });

  it("does not hold back a request that the earlier one does not touch", () => {
    const { medium, storage, submit } = setUp();
    submit("write", 0, 10);
    submit("write", 20, 10);
    submit("read", 10, 10);
    submit("read", 15, 1);
    submit("block-status", 15, 1);
    storage.kick();
    expect(medium.issued).toHaveLength(5);
  });

  it("leaves what a completion sets free to the kick that has not come yet", () => {
    const { medium, storage, ended, submit } = setUp();
    submit("write", 0, 10);
    storage.kick();
    submit("read", 0, 10);
    medium.end();
    expect(medium.held).toEqual([]);
    storage.kick();
    expect(medium.issued).toEqual(["write 0+10 of 1", "read 0+10 of 1"]);
    medium.end();
    expect(ended).toEqual(["write 0: ok", "read 0: ok"]);
  });

  it("merges requests that one completion sets free", () => {
    const { medium, storage, submit } = setUp();
    submit("write", 0, 40);
    for (let index = 0; index < 4; index++) submit("read", index * 10, 10);
    storage.kick();
    medium.end();
    expect(medium.issued).toEqual(["write 0+40 of 1", "read 0+40 of 4"]);
  });

  it("flushes after the changes submitted before, not after others", () => {
    const { medium, storage, ended, submit } = setUp();
    submit("write", 0, 10);
    submit("discard", 20, 10);
    submit("read", 40, 10);
    submit("flush");
    submit("flush");
    submit("write", 60, 10);
    storage.kick();
    const at = (operation: StorageOperation) =>
      medium.held.findIndex((batch) => batch.operation === operation);
    expect(at("flush")).toBe(-1);
    medium.end(medium.held.findIndex((batch) => batch.offset === 60));
    medium.end(at("write"));
    expect(at("flush")).toBe(-1);
    medium.end(at("discard"));
    expect(medium.issued.at(-1)).toBe("flush 0+0 of 2");
    medium.end(at("flush"));
    expect(ended.slice(-2)).toEqual(["flush 0: ok", "flush 0: ok"]);
    expect(at("read")).toBe(0);
  });

  it("lets a flush hold nothing back", () => {
    const { medium, storage, submit } = setUp();
    submit("flush");
    submit("write", 0, 10);
    storage.kick();
    expect(medium.held).toHaveLength(2);
  });
});

/** A request somewhere in 64 GiB, of any size, placed so that many meet and many do not. */
const anywhere = fc.record({
  operation: fc.constantFrom("read", "write", "discard", "block-status"),
  offset: fc.oneof(
    fc.nat(200),
    fc.nat(4096).map((cell) => cell * 16 * MIB),
  ),
  length: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 300 * MIB })),
});

type Anywhere = typeof anywhere extends fc.Arbitrary<infer Value> ? Value : never;

/** Memory for every buffer: the medium touches no bytes. */
const untouched = new ArrayBuffer(300 * MIB);

function conflict(a: Anywhere | Batch, b: Anywhere | Batch): boolean {
  const changes = [a, b].some(({ operation }) => operation === "write" || operation === "discard");
  return changes && a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}

describe("any program, ended in any order", () => {
  it("has no two operations under way that conflict, and ends all in order", () => {
    fc.assert(
      fc.property(
        fc.array(anywhere, { maxLength: 200, size: "max" }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 50 }),
        fc.constantFrom<(Errno | null)[]>([null], [null, "EIO"]),
        (program, choices, errnos) => {
          const { medium, storage, ended } = start(program);
          for (let turn = 0; medium.held.length > 0; turn++) {
            const [choice = 0, errno = null] = [
              choices[turn % choices.length],
              errnos[turn % errnos.length],
            ];
            expect(conflictsIn(medium.held)).toEqual([]);
            medium.end(choice % medium.held.length, errno);
          }
          expect(ended.toSorted((a, b) => a - b)).toEqual([...program.keys()]);
          const overtaken = program.flatMap((later, index) =>
            [...program.slice(0, index).entries()]
              .filter(([, earlier]) => conflict(earlier, later))
              .filter(([other]) => ended.indexOf(other) > ended.indexOf(index)),
          );
          expect(overtaken).toEqual([]);
          storage.close();
        },
      ),
      { numRuns: 100 },
    );
  });

  /** Submits the program, with a kick now and then. */
  function start(program: readonly Anywhere[]) {
    const medium = new HeldMedium();
    const storage = new QueuedStorage("image", 128 * GIB, medium, () => {});
    const ended: number[] = [];
    for (const [index, { operation, offset, length }] of program.entries()) {
      const moves = operation === "read" || operation === "write";
      const buffer = moves ? new Uint8Array(untouched, 0, length) : null;
      storage.submit({ operation, offset, length, buffer, done: () => ended.push(index) });
      if (index % 7 === 0) storage.kick();
    }
    storage.kick();
    return { medium, storage, ended };
  }

  function conflictsIn(held: readonly Batch[]): Batch[] {
    return held.filter((batch, index) =>
      held.slice(0, index).some((other) => conflict(batch, other)),
    );
  }
});
