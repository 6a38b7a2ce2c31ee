/**
 * Sizes of memory on the command line: `512M`, `4G`, `1.5GiB`.
 */
import { InvalidArgumentError } from "commander";

const UNITS: Readonly<Record<string, number>> = { K: 1, M: 2, G: 3, T: 4 };

/** Bytes. @throws InvalidArgumentError where the text is no size */
export function memorySize(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([KMGT])(?:iB|B)?$/i.exec(text) ?? [];
  const power = UNITS[unit?.toUpperCase() ?? ""];
  if (digits === undefined || power === undefined || Number(digits) === 0) {
    throw new InvalidArgumentError("Give a size with its unit, such as 512M or 4G.");
  }
  return Math.floor(Number(digits) * 1024 ** power);
}
