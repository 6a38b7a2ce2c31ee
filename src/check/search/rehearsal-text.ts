/**
 * A rehearsal: the generated functions go through everything once, with states that are made up,
 * before the first real one is stored.
 *
 * V8 optimises a function for what it has seen. What is rare, such as the second page of an index,
 * happens first when the functions are optimised already; then they fall back to being interpreted
 * until they are optimised again, several times over, and the first half million transitions take
 * twice as long. A rehearsal shows them a chain of chunks, an index that grows, a second block,
 * states that are known already, and slots that are taken. It uses partition 0, and leaves it as
 * empty as it was. Threads that join later see all this within their first round.
 */
import type { Layout } from "./layout.ts";
import { emptyCursor, roomText } from "./outbox.ts";

/** V8 takes no notice of what a function does the first few times. */
const ROUNDS = 16;
/** States of a round, more than a chunk holds; all of them are more than some pages hold. */
const STATES = 144;
/** States that the round before did not have. */
const FRESH = 48;

export function rehearsalText(layout: Layout): string {
  const { words, entry } = layout;
  return `
  function rehearse() {
    for (let round = 0; round < ${ROUNDS}; round++) {
      let at = ${emptyCursor(layout)};
      for (let number = 0; number < ${STATES}; number++) {
        ${roomText(layout)}
        for (let word = 0; word < ${words}; word++) {
          entries[at + word] = Math.imul(round * ${FRESH} + number + 1, word + ${0x9e3779b1 | 0});
        }
        at += ${entry};
      }
      cursors[0] = at;
      insert(0);
      used = 0;
    }
    arenas[0].fill(0, 0, tops[0]);
    tops[0] = pageCounts[0] = 0;
    ends[0] = 1;
  }`;
}
