/**
 * What holds of a session whatever a client sends: it never throws, never reaches outside the
 * export, keeps its limits, and answers the same however the bytes are cut.
 *
 * NBD_CASES=200000 makes it a long run.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMMAND, type HeaderStyle, OPTION, PAYLOAD_MAX } from "../../src/nbd/constants.ts";
import type { NbdExport } from "../../src/nbd/export.ts";
import { ExportList } from "../../src/nbd/export-list.ts";
import { PayloadBudget } from "../../src/nbd/payload-budget.ts";
import { Session } from "../../src/nbd/session.ts";
import { HeldExport } from "./held-export.ts";
import { MemoryExport } from "./memory-export.ts";
import { CASES, cut, requests, SIZE, streams } from "./streams.ts";
import * as wire from "./wire.ts";

const MIB = 1024 * 1024;
const STYLES: readonly HeaderStyle[] = ["simple", "structured", "extended"];
const kinds = fc.constantFrom<Partial<NbdExport>>(
  {},
  { writable: false },
  { writable: false, trims: false },
  { blockSize: { minimum: 512, preferred: 4096, maximum: 4096 } },
  { blockSize: { minimum: 4096, preferred: 4096, maximum: PAYLOAD_MAX } },
);

function begin(offered: NbdExport, tls = false, budget = new PayloadBudget()) {
  const catalog = new ExportList();
  catalog.add(offered);
  const peer = new wire.TestPeer();
  return { session: new Session(peer, catalog, tls, budget), peer, budget };
}

/** Starts a session that has agreed on an export, and drops what was said until then. */
function agree(offered: NbdExport, style: HeaderStyle) {
  const { session, peer } = begin(offered);
  session.receive(wire.handshake(style, offered.name, offered.contexts));
  const before = peer.sent.length;
  return { session, peer, replies: () => new wire.Cursor(peer.sent.subarray(before)) };
}

describe("whatever a client sends", () => {
  test("a session keeps to its export and its limits, and comes to an end", () => {
    fc.assert(
      fc.property(
        streams,
        kinds,
        fc.array(fc.nat(4000), { maxLength: 8 }),
        fc.array(fc.nat(63), { maxLength: 8 }),
        (bytes, kind, places, order) => {
          const offered = new HeldExport(SIZE, (count) => count % 3 !== 0, kind);
          const { session, peer, budget } = begin(offered);
          for (const [index, chunk] of cut(bytes, places).entries()) {
            session.receive(chunk);
            offered.release(order[index] ?? 0);
          }
          session.finish();
          while (offered.held > 0) offered.release(order[offered.held] ?? 0);
          expect(offered.faults).toEqual([]);
          expect(offered.mostRequests).toBeLessThanOrEqual(64);
          expect(session.outstanding).toBe(0);
          expect(peer.ended).toBe(1);
          expect(budget.taken).toBe(0);
        },
      ),
      { numRuns: CASES },
    );
  });

  test("it answers the same however the bytes are cut", () => {
    fc.assert(
      fc.property(streams, kinds, fc.array(fc.nat(4000)), (bytes, kind, places) => {
        // Byte by byte as far as messages go that are not all payload.
        const bytewise = [...bytes.subarray(0, 3000)].map((byte) => Buffer.of(byte));
        const cuts = [[bytes], cut(bytes, places), [...bytewise, bytes.subarray(3000)]];
        const [whole, ...others] = cuts.map((chunks) => {
          const offered = new MemoryExport(SIZE, kind);
          const { session, peer } = begin(offered);
          for (const chunk of chunks) session.receive(chunk);
          return Buffer.concat([peer.sent, Buffer.of(peer.ended), offered.image.content]);
        });
        for (const other of others) expect(whole?.equals(other)).toBe(true);
      }),
      { numRuns: CASES },
    );
  });

  test("a write that is refused is answered when all of it has come", () => {
    const { session, replies } = agree(new MemoryExport(SIZE, { writable: false }), "simple");
    const request = wire.request("simple", { type: COMMAND.WRITE, cookie: 7n, length: 4096n });
    session.receive(Buffer.concat([request, Buffer.alloc(4095)]));
    expect(replies().left).toBe(0);
    session.receive(Buffer.alloc(1));
    expect(replies().left).toBe(16);
  });

  test("noise alone reaches no export", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
        const { session } = begin(new MemoryExport(SIZE));
        session.receive(Buffer.from(bytes));
        expect(session.export).toBe(null);
      }),
      { numRuns: CASES },
    );
  });
});

/** What a disk of bytes would answer, as the specification has it; null: the connection ends. */
function expected(
  content: Buffer,
  offered: NbdExport,
  { type, flags = 0, offset = 0n, length = 0n, payload }: wire.TestRequest,
  style: HeaderStyle,
): { readonly error: number; readonly data: Buffer | null } {
  const error = (number: number) => ({ error: number, data: null });
  const end = offset + length;
  const whole = flags & 32 && style === "extended" && type !== COMMAND.WRITE;
  const allowed = new Map<number, number>([
    [COMMAND.READ, style === "simple" ? 1 : 5],
    [COMMAND.WRITE, style === "extended" ? 33 : 1],
    [COMMAND.FLUSH, 1],
    [COMMAND.TRIM, 1],
    [COMMAND.CACHE, 1],
    [COMMAND.WRITE_ZEROES, 1 | 2 | 16],
    [COMMAND.BLOCK_STATUS, style === "extended" ? 41 : 9],
  ]).get(type);
  if (allowed === undefined) return error(22);
  const writes = type === COMMAND.WRITE || type === COMMAND.WRITE_ZEROES;
  if (writes && !offered.writable) return error(1);
  if (type === COMMAND.TRIM && !offered.writable && !offered.trims) return error(1);
  if (type === COMMAND.BLOCK_STATUS && style === "simple") return error(22);
  if (flags & ~allowed) return error(22);
  if (type === COMMAND.FLUSH) return error(offset === 0n && length === 0n ? 0 : 22);
  const moves = type === COMMAND.READ || type === COMMAND.WRITE;
  if (moves && length > BigInt(offered.blockSize.maximum)) return error(flags & 4 ? 75 : 22);
  // All zeros or all the same byte: no valid choice of contexts.
  if (whole) return error(22);
  if (type === COMMAND.BLOCK_STATUS && length === 0n) return error(22);
  if (end > BigInt(content.length)) return error(writes ? 28 : 22);
  const unit = BigInt(offered.blockSize.minimum);
  if (offset % unit !== 0n || length % unit !== 0n) return error(22);
  const place = content.subarray(Number(offset), Number(end));
  if (type === COMMAND.WRITE) payload?.copy(place);
  if (type === COMMAND.TRIM || type === COMMAND.WRITE_ZEROES) place.fill(0);
  return { error: 0, data: type === COMMAND.READ && length > 0n ? Buffer.from(place) : null };
}

describe("requests", () => {
  test.for(STYLES)("each is answered once, as a disk of bytes would: %s replies", (style) => {
    const asked = fc.uniqueArray(requests(style), { selector: ({ cookie }) => cookie.toString() });
    fc.assert(
      fc.property(asked, kinds, (made, kind) => {
        // A request with a payload too long to make would swallow those behind it.
        const usable = made.filter(
          ({ type, flags = 0, length = 0n, payload }) =>
            type !== COMMAND.DISC &&
            (payload !== undefined || (type !== COMMAND.WRITE && !(flags & 32)) || length === 0n),
        );
        const offered = new MemoryExport(SIZE, kind);
        const content = Buffer.alloc(SIZE);
        const { session, replies } = agree(
          {
            ...offered,
            name: "",
            submit: (one) => offered.submit(one),
            status: (one) => offered.status(one),
          },
          style,
        );
        if (session.export === null) return;
        for (const one of usable) session.receive(wire.request(style, one));
        const cursor = replies();
        for (const one of usable) {
          const answer = wire.takeReply(cursor, style, () =>
            wire.isRead(one.type) ? Number(one.length) : 0,
          );
          const { error, data } = expected(content, offered, one, style);
          expect([answer.cookie, answer.error]).toEqual([one.cookie, error]);
          expect(answer.data ?? null).toEqual(data);
        }
        expect(cursor.left).toBe(0);
        expect(Buffer.compare(offered.image.content, content)).toBe(0);
      }),
      { numRuns: CASES },
    );
  });

  test("replies come in the order in which requests end", () => {
    const offered = new HeldExport(SIZE, () => true);
    const { session, replies } = agree(offered, "structured");
    for (const cookie of [1n, 2n, 3n]) {
      session.receive(wire.request("structured", { type: COMMAND.FLUSH, cookie }));
    }
    for (const place of [2, 0, 0]) offered.release(place);
    const cursor = replies();
    const cookies = [1, 2, 3].map(() => wire.takeReply(cursor, "structured", () => 0).cookie);
    expect(cookies).toEqual([3n, 1n, 2n]);
  });

  test("with extended headers, block status is told of the contexts that are named", () => {
    const contexts = ["base:allocation", "x:one", "x:two"];
    const offered = new MemoryExport(SIZE, { contexts });
    const { session, replies } = agree(offered, "extended");
    const named = (length: number, ...ids: number[]) =>
      Buffer.concat([wire.word64(BigInt(length)), ...ids.map(wire.word32)]);
    const ask = (cookie: bigint, payload: Buffer, offset = 0n) => {
      const { BLOCK_STATUS: type } = COMMAND;
      session.receive(wire.request("extended", { type, cookie, flags: 32, offset, payload }));
    };
    ask(1n, named(SIZE, 2, 0));
    ask(2n, named(SIZE, 3));
    ask(3n, named(SIZE, 0, 0));
    ask(4n, named(SIZE, 0), 1n);
    ask(5n, named(0, 0));
    ask(6n, named(10, 1), 100n);
    ask(7n, Buffer.alloc(0));
    const cursor = replies();
    const answers = [1, 2, 3, 4, 5, 6, 7].map(() => wire.takeReply(cursor, "extended", () => 0));
    expect(answers.map(({ error }) => error)).toEqual([0, 22, 22, 22, 22, 0, 22]);
    expect([...(answers[0]?.statuses ?? [])]).toEqual([
      [2, [[SIZE, 3]]],
      [0, [[SIZE, 3]]],
    ]);
    expect([...(answers[5]?.statuses ?? [])]).toEqual([[1, [[10, 3]]]]);
  });

  test("no more than 64 are in flight, and nothing more is read meanwhile", () => {
    const offered = new HeldExport(SIZE, () => true);
    const { session, peer, replies } = agree(offered, "simple");
    for (let cookie = 0n; cookie < 100n; cookie++) {
      session.receive(wire.request("simple", { type: COMMAND.READ, cookie, length: 1n }));
    }
    expect([offered.held, peer.listening]).toEqual([64, false]);
    for (let left = 100; left > 36; left--) offered.release(0);
    expect([offered.held, peer.listening]).toEqual([36, true]);
    while (offered.held > 0) offered.release(0);
    expect(replies().left).toBe(100 * 17);
  });

  test("no more than 64 MiB are in flight", () => {
    const offered = new HeldExport(40 * MIB, () => true);
    const { session, peer } = agree(offered, "simple");
    for (let cookie = 0n; cookie < 9n; cookie++) {
      const length = BigInt(30 * MIB);
      session.receive(wire.request("simple", { type: COMMAND.READ, cookie, length }));
    }
    expect([offered.held, peer.listening]).toEqual([2, false]);
    for (let left = 9; left > 0; left--) offered.release(0);
    expect([offered.mostBytes, offered.held, peer.listening]).toEqual([60 * MIB, 0, true]);
  });

  test("a client that fetches no replies is not listened to until it does", () => {
    const offered = new MemoryExport(SIZE);
    const { session, peer, replies } = agree(offered, "simple");
    peer.backlog = 20 * MIB;
    session.receive(wire.request("simple", { type: COMMAND.FLUSH, cookie: 1n }));
    expect([replies().left, peer.listening]).toEqual([0, false]);
    peer.backlog = 0;
    session.resume();
    expect([replies().left, peer.listening]).toEqual([16, true]);
  });

  test("a payload that is too long is skipped up to 64 MiB, beyond ends the connection", () => {
    const offered = new MemoryExport(SIZE);
    const { session, peer, replies } = agree(offered, "simple");
    const long = { type: COMMAND.WRITE, cookie: 1n, length: BigInt(64 * MIB) };
    session.receive(wire.request("simple", long));
    for (let part = 0; part < 64; part++) session.receive(Buffer.alloc(MIB));
    session.receive(wire.request("simple", { type: COMMAND.FLUSH, cookie: 2n }));
    const cursor = replies();
    expect(wire.takeReply(cursor, "simple", () => 0)).toMatchObject({ cookie: 1n, error: 22 });
    expect(wire.takeReply(cursor, "simple", () => 0)).toMatchObject({ cookie: 2n, error: 0 });
    session.receive(wire.request("simple", { ...long, length: BigInt(64 * MIB + 1) }));
    expect(wire.takeReply(replies(), "simple", () => 0)).toMatchObject({ error: 22 });
    expect(peer.ended).toBe(1);
  });

  test("a disconnected client's requests end, and nobody is told", () => {
    const offered = new HeldExport(SIZE, () => true);
    const { session, peer, replies } = agree(offered, "simple");
    session.receive(wire.request("simple", { type: COMMAND.FLUSH, cookie: 1n }));
    session.abandon();
    expect([peer.ended, session.outstanding]).toEqual([0, 1]);
    offered.release(0);
    expect([peer.ended, session.outstanding, replies().left]).toEqual([1, 0, 0]);
  });

  test("a client that says no more gets all that it had asked for", () => {
    const offered = new HeldExport(SIZE, () => true);
    const { session, peer, replies } = agree(offered, "simple");
    for (let cookie = 0n; cookie < 70n; cookie++) {
      session.receive(wire.request("simple", { type: COMMAND.FLUSH, cookie }));
    }
    session.receive(Buffer.from([0x25, 0x60]));
    session.finish();
    expect([offered.held, peer.ended]).toEqual([64, 0]);
    for (let left = 70; left > 0; left--) offered.release(left);
    expect([replies().left, peer.ended]).toEqual([70 * 16, 1]);
  });

  test("a disconnect waits for what is in flight", () => {
    const offered = new HeldExport(SIZE, () => true);
    const { session, peer, replies } = agree(offered, "simple");
    session.receive(wire.request("simple", { type: COMMAND.FLUSH, cookie: 1n }));
    session.receive(wire.request("simple", { type: COMMAND.DISC, cookie: 2n }));
    session.receive(wire.request("simple", { type: COMMAND.FLUSH, cookie: 3n }));
    expect(peer.ended).toBe(0);
    offered.release(0);
    expect([peer.ended, replies().left]).toEqual([1, 16]);
  });
});

describe("TLS", () => {
  test("bytes in the clear behind STARTTLS end the connection", () => {
    const { session, peer } = begin(new MemoryExport(SIZE), true);
    const start = wire.option(OPTION.STARTTLS);
    session.receive(Buffer.concat([wire.word32(3), start, wire.option(OPTION.LIST)]));
    expect([peer.tlsAsked, peer.ended]).toEqual([false, 1]);
  });

  test("what was agreed on in the clear is forgotten", () => {
    const offered = new MemoryExport(SIZE);
    const { session, peer } = begin(offered, true);
    session.receive(Buffer.concat([wire.word32(3), wire.option(OPTION.STARTTLS)]));
    expect(peer.tlsAsked).toBe(true);
    session.tlsBegun();
    session.receive(wire.option(OPTION.GO, wire.infoPayload("")));
    expect(session.export?.name).toBe("");
  });
});
