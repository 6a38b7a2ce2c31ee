/**
 * The protocol against whatever may come: the answers do not depend on how bytes are cut, nothing
 * outside of an export is ever touched, and who does not speak the protocol is let go.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Incoming } from "../../src/nbd/incoming.ts";
import { type Agreement, Negotiation, type Progress } from "../../src/nbd/negotiation.ts";
import { Transmission } from "../../src/nbd/transmission.ts";
import { explored } from "../support/exploration.ts";
import { type MemoryExport, memoryExport } from "./memory-export.ts";

const SIZE = 4096;
const OPTION_MAGIC = "49484156454f5054";

/** One client after the other half of a connection, without a socket. */
class Client {
  readonly heard: Buffer[] = [];
  readonly #incoming = new Incoming();
  readonly #negotiation: Negotiation;
  #transmission: Transmission | null = null;
  agreement: Agreement | null = null;
  open = true;

  constructor(offered: readonly MemoryExport[]) {
    const send = (bytes: Uint8Array) => void this.heard.push(Buffer.from(bytes));
    this.#negotiation = new Negotiation({ exports: () => offered, send, tls: null });
  }

  say(bytes: Buffer): void {
    if (!this.open) return;
    this.#incoming.push(bytes);
    if (this.#transmission === null) this.#negotiated(this.#negotiation.step(this.#incoming));
    if (this.#transmission !== null) this.open = this.#transmission.step(this.#incoming);
  }

  #negotiated(progress: Progress): void {
    if (progress === "closed" || progress === "tls") this.open = false;
    else if (progress !== "going on") {
      this.agreement = progress;
      const send = (bytes: Uint8Array, sent?: () => void) => {
        this.heard.push(Buffer.from(bytes));
        sent?.();
      };
      this.#transmission = new Transmission({ agreement: progress, send, ended: () => {} });
    }
  }

  get text(): string {
    return Buffer.concat(this.heard).toString("hex");
  }
}

function option(number: number, data: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.write(OPTION_MAGIC, 0, "hex");
  header.writeUInt32BE(number, 8);
  header.writeUInt32BE(data.length, 12);
  return Buffer.concat([header, data]);
}

const FLAGS = Buffer.from("00000003", "hex");
const GO = option(7, Buffer.from("000000000000", "hex"));
const STRUCTURED = option(8, Buffer.alloc(0));
const EXTENDED = option(11, Buffer.alloc(0));
const SET_ALLOCATION = option(
  10,
  Buffer.concat([
    Buffer.alloc(4),
    Buffer.from([0, 0, 0, 1, 0, 0, 0, 15]),
    Buffer.from("base:allocation"),
  ]),
);

interface Asked {
  readonly flags: number;
  readonly command: number;
  readonly offset: number;
  readonly length: number;
  readonly payload: number;
}

function request({ flags, command, offset, length, payload }: Asked, wide: boolean): Buffer {
  const header = Buffer.alloc(wide ? 32 : 28);
  header.writeUInt32BE(wide ? 0x21e41c71 : 0x25609513, 0);
  header.writeUInt16BE(flags, 4);
  header.writeUInt16BE(command, 6);
  header.writeBigUInt64BE(7n, 8);
  header.writeBigUInt64BE(BigInt(offset), 16);
  if (wide) header.writeBigUInt64BE(BigInt(length), 24);
  else header.writeUInt32BE(length, 24);
  const hasPayload = command === 1 || (wide && (flags & 32) !== 0);
  return Buffer.concat([header, Buffer.alloc(hasPayload ? length : 0, payload)]);
}

/** Requests that mostly make sense, and some that do not. */
const asked = fc.record({
  flags: fc.oneof(fc.constant(0), fc.constantFrom(1, 2, 4, 8, 16, 32, 33, 64)),
  command: fc.oneof(fc.integer({ min: 0, max: 7 }), fc.nat(300)).filter((each) => each !== 2),
  offset: fc.oneof(fc.nat(SIZE + 10), fc.constantFrom(2 ** 40, 2 ** 53 - 1)),
  length: fc.nat(SIZE + 10),
  payload: fc.nat(255),
});
const handshake = fc.constantFrom(
  [GO],
  [STRUCTURED, GO],
  [STRUCTURED, SET_ALLOCATION, GO],
  [EXTENDED, SET_ALLOCATION, GO],
);

const conversation = fc
  .tuple(handshake, fc.array(asked, { maxLength: 12 }))
  .map(([begin, rest]) => {
    const wide = begin.includes(EXTENDED);
    return Buffer.concat([FLAGS, ...begin, ...rest.map((each) => request(each, wide))]);
  });

/** Bytes that somebody sends who means no good, or nothing at all. */
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.nat(20), fc.uint8Array({ maxLength: 60 }))
    .map(([number, data]) => option(number, Buffer.from(data))),
  conversation,
);

describe("a client", () => {
  test("is answered the same however its bytes are cut", () => {
    fc.assert(
      fc.property(
        conversation,
        fc.infiniteStream(fc.integer({ min: 1, max: 700 })),
        (bytes, cuts) => {
          const whole = new Client([memoryExport(SIZE)]);
          whole.say(bytes);
          const pieces = new Client([memoryExport(SIZE)]);
          for (let at = 0; at < bytes.length; ) {
            const length: number = cuts.next().value;
            pieces.say(bytes.subarray(at, at + length));
            at += length;
          }
          expect(pieces.text).toBe(whole.text);
          expect(pieces.open).toBe(whole.open);
        },
      ),
      explored(300),
    );
  });

  test("never gets at anything outside of an export, whatever it sends", () => {
    const access = fc.constantFrom({}, { writable: false }, { writable: false, trims: true });
    fc.assert(
      fc.property(access, fc.array(noise, { maxLength: 6 }), (options, pieces) => {
        const offered = memoryExport(SIZE, options);
        const client = new Client([offered]);
        const bytes = pieces[0]?.subarray(0, 4).equals(FLAGS) ? pieces : [FLAGS, ...pieces];
        for (const piece of bytes) client.say(piece);
        expect(offered.faults).toEqual([]);
      }),
      explored(600),
    );
  });

  test("finds what it has written, as every style of answer tells it", () => {
    for (const begin of [[GO], [STRUCTURED, GO], [EXTENDED, GO]]) {
      const offered = memoryExport(SIZE);
      const client = new Client([offered]);
      const wide = begin.includes(EXTENDED);
      client.say(Buffer.concat([FLAGS, ...begin]));
      const flags = wide ? 32 : 0;
      client.say(request({ flags, command: 1, offset: 10, length: 20, payload: 9 }, wide));
      client.heard.length = 0;
      client.say(request({ flags: 0, command: 0, offset: 8, length: 4, payload: 0 }, wide));
      expect(Buffer.concat(client.heard).subarray(-4).toString("hex")).toBe("00000909");
    }
  });

  test("that asks for more options than anybody needs is let go", () => {
    const client = new Client([memoryExport(SIZE)]);
    client.say(FLAGS);
    for (let asked = 0; asked < 2000 && client.open; asked++)
      client.say(option(3, Buffer.alloc(0)));
    expect(client.open).toBe(false);
  });

  test.each([
    ["an option that is longer than any", Buffer.from(`${OPTION_MAGIC}0000000700100000`, "hex")],
    ["no option", Buffer.alloc(16, 1)],
  ])("that sends %s is let go", (_, bytes) => {
    const client = new Client([memoryExport(SIZE)]);
    client.say(Buffer.concat([FLAGS, bytes]));
    expect(client.open).toBe(false);
  });

  test("that sends a payload which nobody takes is let go, before it has sent it", () => {
    const client = new Client([memoryExport(SIZE)]);
    client.say(Buffer.concat([FLAGS, GO]));
    const huge = request({ flags: 0, command: 1, offset: 0, length: 0, payload: 0 }, false);
    huge.writeUInt32BE(0xffff_ffff, 24);
    client.say(huge);
    expect(client.open).toBe(false);
  });
});
