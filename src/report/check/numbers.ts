/**
 * Large numbers for people: `1,377,392`, `18.4 M`, `36.5 MiB`, `4 min`.
 */

/** All digits, in groups of three. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 state`, `100 states`, `1,234 states`: a number of things. */
export function counted(value: number, thing: string): string {
  return `${grouped(value)} ${thing}${value === 1 ? "" : "s"}`;
}

/** Three digits or so: `950`, `14.2 k`, `2.1 M`. */
export function rounded(value: number): string {
  if (value < 1000) return String(Math.round(value));
  const [unit, scale] = value < 1e6 ? ["k", 1e3] : value < 1e9 ? ["M", 1e6] : ["G", 1e9];
  return `${(value / scale).toFixed(1)} ${unit}`;
}

/** Bytes: `512 bytes`, `36.5 MiB`. */
export function memoryText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** A time that lies ahead: nobody wants its tenths. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
