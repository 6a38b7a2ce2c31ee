/**
 * A step as a short code: what trails are made of that stand in a URL.
 */
import { hasher } from "../../log/chain.ts";

/** Hexadecimal digits: two of some hundred steps of a state never have the same ones. */
const DIGITS = 8;

/** @param key the same for the same step, and for no other one */
export function stepCode(key: string): string {
  return key === "" ? "" : hasher.digest(Buffer.from(key)).slice(0, DIGITS);
}
