/**
 * Numbers of bytes for people.
 */

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** `64 MiB`, `224 KiB`, `1000 bytes`: the largest unit that leaves a whole number. */
export function bytesText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && value % 1024 === 0 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value} ${UNITS[unit]}`;
}
