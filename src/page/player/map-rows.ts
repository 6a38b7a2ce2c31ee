/**
 * How many clusters stand in a row of a map: a power of two, so that rows begin at round offsets.
 */

const ROW_MIN = 4;
const ROW_MAX = 64;

/** As many of the map's clusters as there is room for; at least 4, or all there are. */
export function rowLength(clusters: number, room: number): number {
  let length = ROW_MIN;
  while (length * 2 <= Math.min(room, ROW_MAX) && length < clusters) length *= 2;
  return Math.max(1, Math.min(length, clusters));
}
