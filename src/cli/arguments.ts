/**
 * Arguments and options of more than one word: text in, value or usage error out.
 */
import { InvalidArgumentError } from "commander";

/** A parser for whole numbers within bounds. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const upTo = max === Number.MAX_SAFE_INTEGER ? ` from ${min} on` : ` from ${min} to ${max}`;
    throw new InvalidArgumentError(`Give a whole number${upTo}.`);
  };
}

/** The largest seed: generators take 32 bits. */
export const SEED_MAX = 0xffff_ffff;

/** Parses `0,2,1`: a list of whole numbers. */
export function pickList(text: string): number[] {
  if (!/^\d+(,\d+)*$/.test(text)) {
    throw new InvalidArgumentError("Give whole numbers with commas between them, such as 0,2,1.");
  }
  return text.split(",").map(Number);
}

/** Collects `NAME=FILE` options into a map. */
export function nameAndFile(text: string, before: ReadonlyMap<string, string>) {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) {
    throw new InvalidArgumentError("Give NAME=FILE, such as disk.raw=/tmp/disk.raw.");
  }
  return new Map([...before, [name, file]]);
}
