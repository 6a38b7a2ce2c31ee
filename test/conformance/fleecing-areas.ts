/**
 * What QEMU's fleecing test writes and reads (tests/qemu-iotests/tests/image-fleecing).
 */
/** Pattern, offset and length as qemu-io spells them. */
type Area = readonly [byte: string, offset: string, length: string];

export const PATTERNS: readonly Area[] = [
  ["0x5d", "0", "64k"],
  ["0xd5", "1M", "64k"],
  ["0xdc", "32M", "64k"],
  ["0xcd", "0x3ff0000", "64k"],
];
export const OVERWRITES: readonly Area[] = [
  ["0xab", "0", "64k"],
  ["0xad", "0x00f8000", "64k"],
  ["0x1d", "0x2008000", "64k"],
  ["0xea", "0x3fe0000", "64k"],
];
export const ZEROES: readonly Area[] = [
  ["0", "0x00f8000", "32k"],
  ["0", "0x2010000", "32k"],
  ["0", "0x3fe0000", "64k"],
];
export const REMAINDERS: readonly Area[] = [
  ["0xd5", "0x108000", "32k"],
  ["0xdc", "32M", "32k"],
  ["0xcd", "0x3ff0000", "64k"],
];

/** The commands of qemu-io for some areas. */
export const commands = (verb: "read" | "write", areas: readonly Area[]) =>
  areas.map(([byte, offset, length]) => `${verb} -P ${byte} ${offset} ${length}`);
