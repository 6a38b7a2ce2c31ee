/**
 * What is read to where it belongs is what was sent: a session that is fed by an inlet serves the
 * same requests with the same bytes as one that is given chunks of its own.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { COMMAND } from "../../src/nbd/constants.ts";
import { ExportList } from "../../src/nbd/export-list.ts";
import { Inlet } from "../../src/nbd/inlet.ts";
import { PayloadBudget } from "../../src/nbd/payload-budget.ts";
import { Session } from "../../src/nbd/session.ts";
import { HeldExport } from "./held-export.ts";
import { CASES, SIZE, streams } from "./streams.ts";
import * as wire from "./wire.ts";

/** Holds every request until all was sent, so that whatever is used again too soon is seen. */
function begin() {
  const offered = new HeldExport(SIZE, () => true);
  const catalog = new ExportList();
  catalog.add(offered);
  const peer = new wire.TestPeer();
  const session = new Session(peer, catalog, false, new PayloadBudget());
  const end = () => {
    session.finish();
    while (offered.held > 0) offered.release(0);
    return Buffer.concat([peer.sent, Buffer.of(peer.ended), offered.image.content]);
  };
  return { session, end };
}

/** Reads as Node does: asks for room, fills some of it, and asks again. */
function feed(bytes: Buffer, reads: readonly number[]) {
  const { session, end } = begin();
  const inlet = new Inlet();
  let room = inlet.room();
  inlet.lead(session);
  let at = 0;
  for (let count = 0; at < bytes.length; count++) {
    const most = reads[count % reads.length] ?? 1;
    const read = Math.min(most, room.length, bytes.length - at);
    bytes.copy(room, 0, at, at + read);
    at += read;
    inlet.received(read);
    room = inlet.room();
  }
  return end();
}

/** Writes of all lengths, from what fits into a header's neighbourhood to long ones. */
const made = fc.array(
  fc.record({
    offset: fc.nat(SIZE / 4),
    // Of the same length, as buffers are used again only for what is as long.
    length: fc.oneof(fc.nat(600), fc.nat((SIZE * 3) / 4), fc.constantFrom(64, 600)),
    byte: fc.nat(255),
  }),
  { maxLength: 20 },
);

type Writes = readonly { offset: number; length: number; byte: number }[];

function sent(all: Writes): Buffer {
  return Buffer.concat([
    wire.handshake("simple", "", []),
    ...all.map(({ offset, length, byte }, cookie) =>
      wire.request("simple", {
        ...{ type: COMMAND.WRITE, cookie: BigInt(cookie), offset: BigInt(offset) },
        ...{ length: BigInt(length), payload: Buffer.alloc(length, byte) },
      }),
    ),
  ]);
}

/** How many bytes are read at once, again and again. */
const lengths = fc.array(fc.integer({ min: 1, max: 2 * SIZE }), { minLength: 1, maxLength: 8 });

test("an inlet makes no difference", () => {
  fc.assert(
    fc.property(fc.oneof(streams, made.map(sent)), lengths, (bytes, reads) => {
      const { session, end } = begin();
      session.receive(bytes);
      expect(feed(bytes, reads).equals(end())).toBe(true);
    }),
    { numRuns: CASES },
  );
});

test("what was sent stays what it was until the export is done with it", () => {
  fc.assert(
    fc.property(made, lengths, (all, reads) => {
      const disk = Buffer.alloc(SIZE);
      for (const { offset, length, byte } of all) disk.fill(byte, offset, offset + length);
      expect(feed(sent(all), reads).subarray(-SIZE).equals(disk)).toBe(true);
    }),
    { numRuns: CASES },
  );
});
