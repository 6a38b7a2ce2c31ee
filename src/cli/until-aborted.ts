/**
 * Waiting to be told to end, also where nothing else keeps the program alive.
 */

/** ms; the longest that a timer takes, and what it does then is nothing */
const FOREVER_MS = 2 ** 31 - 1;

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const waiting = setInterval(() => {}, FOREVER_MS);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  clearInterval(waiting);
}
