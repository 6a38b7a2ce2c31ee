/**
 * Ctrl-C that ends a long work early instead of the program.
 *
 * While the work goes on, the first SIGINT, SIGTERM or SIGHUP (a terminal that is closed) asks it
 * to come to an end and to report what it has; then the program's own handlers are back, so that a
 * second one ends it at once.
 */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does some work that can be asked to stop.
 * @param stop is called at most once, from the event loop
 */
export async function interruptible<Result>(
  stop: () => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = SIGNALS.map((signal) => ({ signal, handlers: process.listeners(signal) }));
  const interrupted = () => {
    restore();
    stop();
  };
  const restore = () => {
    for (const { signal, handlers } of before) {
      for (const handler of handlers) {
        if (!process.listeners(signal).includes(handler)) process.on(signal, handler);
      }
      process.removeListener(signal, interrupted);
    }
  };
  for (const { signal, handlers } of before) {
    // In this order, for a signal that comes while nobody listens is lost or ends the program.
    process.on(signal, interrupted);
    for (const handler of handlers) process.removeListener(signal, handler);
  }
  try {
    return await work();
  } finally {
    restore();
  }
}
