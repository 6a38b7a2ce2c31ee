/**
 * What clients may say: from the well-behaved to noise, for properties to feed to sessions.
 */
import * as fc from "fast-check";
import { COMMAND, type HeaderStyle, MAGIC, OPTION } from "../../src/nbd/constants.ts";
import * as wire from "./wire.ts";

/** Cases that a property tries: NBD_CASES of the environment, or some hundreds. */
export const CASES = Number(process.env.NBD_CASES ?? "300");

/** bytes of the exports that these streams are made for */
export const SIZE = 64 * 1024;

const names = fc.constantFrom("", "disk", "other", "\u00e9", "a\0b", "x".repeat(5000));
const queries = fc.array(
  fc.constantFrom("base:allocation", "base:", "", ":", "none:such", "q".repeat(5000)),
  { maxLength: 4 },
);
const noise = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));

const optionNumbers = fc.oneof(fc.constantFrom(...Object.values(OPTION)), fc.nat(20));
/** Options that let the client go on are more common than those that end the handshake. */
const options = fc.oneof(
  { weight: 4, arbitrary: fc.constant(wire.option(OPTION.STRUCTURED_REPLY)) },
  { weight: 2, arbitrary: fc.constant(wire.option(OPTION.EXTENDED_HEADERS)) },
  { weight: 1, arbitrary: fc.constant(wire.option(OPTION.LIST)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(OPTION.INFO, OPTION.GO), names, fc.array(fc.nat(5)))
      .map(([number, name, infos]) => wire.option(number, wire.infoPayload(name, infos))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(OPTION.LIST_META_CONTEXT, OPTION.SET_META_CONTEXT), names, queries)
      .map(([number, name, asked]) => wire.option(number, wire.contextPayload(name, asked))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(optionNumbers, noise)
      .map(([number, payload]) => wire.option(number, payload)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(optionNumbers, fc.constantFrom(65_536, 65_537, 33_554_432, 33_554_433, 0xffffffff))
      .map(([number, length]) =>
        Buffer.concat([wire.word64(MAGIC.OPTION), wire.word32(number), wire.word32(length)]),
      ),
  },
  { weight: 1, arbitrary: noise },
);

/** Numbers near the edges of what fits. */
const offsets = fc.oneof(
  { weight: 6, arbitrary: fc.nat(SIZE).map(BigInt) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0n, BigInt(SIZE), 1n << 32n, 1n << 53n, ~0n & ((1n << 64n) - 1n)),
  },
);
const lengths = fc.oneof(
  { weight: 6, arbitrary: fc.nat(5000).map(BigInt) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0n, BigInt(SIZE), 33_554_433n, 67_108_865n, 0xffffffffn),
  },
);

const commands = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.values(COMMAND).filter((type) => type !== 2)) },
  { weight: 1, arbitrary: fc.nat(12) },
);
const flags = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat(63) },
  { weight: 1, arbitrary: fc.nat(65_535) },
);

/** A request that may be anything, with a payload as long as it announces unless that is long. */
export function requests(style: HeaderStyle): fc.Arbitrary<wire.TestRequest> {
  return fc
    .record({
      type: commands,
      flags,
      cookie: fc.bigInt(0n, 0xffffn),
      offset: offsets,
      length: lengths,
    })
    .map((made) => {
      const pays = made.type === COMMAND.WRITE || (style === "extended" && (made.flags & 32) !== 0);
      if (!pays || made.length > SIZE) return made;
      return { ...made, payload: Buffer.alloc(Number(made.length), Number(made.cookie % 251n)) };
    });
}

/** Bytes of one connection, from the first on: flags, options, and requests in some style. */
export const streams: fc.Arbitrary<Buffer> = fc
  .record({
    flags: fc.oneof({ weight: 8, arbitrary: fc.constant(3) }, { weight: 2, arbitrary: fc.nat(4) }),
    said: fc.array(options, { maxLength: 6 }),
    style: fc.constantFrom<HeaderStyle>("simple", "structured", "extended"),
    polite: fc.boolean(),
    rest: noise,
  })
  .chain(({ flags, said, style, polite, rest }) =>
    fc.array(requests(style), { maxLength: 12 }).map((asked) => {
      const start = polite
        ? [wire.handshake(style, "", ["base:allocation"])]
        : [wire.word32(flags), ...said];
      return Buffer.concat([...start, ...asked.map((one) => wire.request(style, one)), rest]);
    }),
  );

/** Cuts bytes at places. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  edges.sort((a, b) => a - b);
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}
