/**
 * Numbers as QEMU's QAPI layer takes them, and how it refuses what is none
 * (qapi/qobject-input-visitor.c, qapi/qapi-visit-core.c).
 *
 *     int      64 bits; what is not: by its type, `integer`
 *     uint32   first what is no number of 64 bits, by that type, then what is too large
 *     size     64 bits without a sign; a negative number is what its bits say
 *
 * Limit: beyond 2^53 a number is the next one that JavaScript has.
 */
import { z } from "zod";

const BITS = 64;
const EDGE = 2 ** (BITS - 1);

export const int64 = z.number().check(({ value, issues }) => {
  if (fits(value, -EDGE, EDGE)) return;
  issues.push({ code: "invalid_type", expected: "int", input: value });
});

export const uint32 = z.int("uint64").min(0, "uint32_t").max(0xffff_ffff, "uint32_t");

export const size = z.number("uint64").refine((value) => fits(value, -EDGE, 2 * EDGE), "uint64");

/** The bytes that a size stands for. */
export function bytesOf(given: number): bigint {
  return BigInt.asUintN(BITS, BigInt(given));
}

function fits(value: number, least: number, limit: number): boolean {
  return Number.isInteger(value) && value >= least && value < limit;
}
