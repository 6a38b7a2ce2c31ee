/**
 * The smallest sequence of commands that still shows a difference.
 *
 * Commands are left out, first many and then one by one, and the rest is sent to a fresh daemon.
 * What shrinks are the commands and not the numbers that they were made of: those mean something
 * else as soon as one before them is gone, and there are thousands to try.
 */
import type { QmpCommand } from "../graph/commands.ts";
import type { LiveOutcome } from "./random-sequence.ts";

/** Attempts in all: each may have to wait for a daemon that hangs. */
const ATTEMPTS_MAX = 200;

/**
 * @param first what a sequence came to, with a difference
 * @param replay sends other commands
 */
export async function smallest(
  first: LiveOutcome,
  replay: (commands: readonly QmpCommand[]) => Promise<LiveOutcome>,
): Promise<LiveOutcome> {
  let best = first;
  let attempts = 0;
  let size = Math.ceil(first.commands.length / 2);
  while (size > 0) {
    // The last command is the one that differs.
    let end = best.commands.length - 1;
    while (end > 0 && attempts < ATTEMPTS_MAX) {
      attempts++;
      const kept = best.commands.filter((_, index) => index < end - size || index >= end);
      const outcome = await replay(kept);
      if (sameDifference(outcome, first)) best = outcome;
      end = Math.min(end - size, best.commands.length - 1);
    }
    size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return best;
}

/** Whether two differences are of one kind: names aside, in the same words. */
function sameDifference(one: LiveOutcome, other: LiveOutcome): boolean {
  return one.difference !== null && kindOf(one) === kindOf(other);
}

function kindOf({ difference, commands }: LiveOutcome): string {
  const sides = `${difference?.ours}\n${difference?.theirs}`;
  return `${commands.at(-1)?.execute}\n${sides.replaceAll(/#block\d+/g, "#block")}`;
}
