/**
 * What searches that are over leave behind, counted for the garbage collector.
 *
 * V8 knows nothing of the size of shared memory: to it a search that is over is some small objects,
 * and it lets those of hundreds of searches, one after the other, lie about until the machine has
 * no more. So from time to time it is given plain memory, whose size it does know. It is never
 * touched, so it costs nothing; but V8 collects what there is to be collected.
 */

/** Bytes that may lie about. */
const MOST = 2 ** 27;
/** Bytes that make V8 collect. */
const PRESSURE = 2 ** 30;

let left = 0;

/** @param bytes that a search used, and that nobody uses from now on */
export function leaveMemory(bytes: number): void {
  left += bytes;
  if (left < MOST) return;
  left = 0;
  new ArrayBuffer(PRESSURE);
}
