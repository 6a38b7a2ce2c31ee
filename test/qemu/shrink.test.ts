/**
 * Scripts that show a difference shrink to what it needs, and to no other difference.
 */
import { expect, test } from "vitest";
import type { QmpCommand } from "../../src/graph/commands.ts";
import type { LiveOutcome } from "../../src/qemu/random-sequence.ts";
import { smallest } from "../../src/qemu/shrink.ts";

const named = (name: string): QmpCommand => ({ execute: name, arguments: {} });
const namesOf = ({ commands }: LiveOutcome) => commands.map(({ execute }) => execute).join("");

/** A side that differs at `z` if `b` and `e` came before, and otherwise at `c` without `a`. */
async function replay(commands: readonly QmpCommand[]): Promise<LiveOutcome> {
  const seen = new Set<string>();
  const sent: QmpCommand[] = [];
  for (const command of commands) {
    sent.push(command);
    seen.add(command.execute);
    const wanted = command.execute === "z" && seen.has("b") && seen.has("e");
    const other = command.execute === "c" && !seen.has("a");
    if (!wanted && !other) continue;
    const difference = { ours: wanted ? "accepted" : "refused", theirs: "hung" };
    return { commands: sent, refused: 0, aborted: false, difference };
  }
  return { commands: sent, refused: 0, aborted: false, difference: null };
}

test("what the difference does not need is left out", async () => {
  const first = await replay([..."abdefghijklmz"].map(named));
  expect(namesOf(await smallest(first, replay))).toBe("bez");
});

test("a script of another difference is no smaller one of this", async () => {
  const first = await replay([..."abcdefz"].map(named));
  expect(namesOf(await smallest(first, replay))).toBe("bez");
});

test("it gives up after so many attempts", async () => {
  const names = Array.from({ length: 1000 }, (_, index) => (index === 0 ? "b" : "e"));
  const first = await replay([...names, "z"].map(named));
  let attempts = 0;
  const never = async (commands: readonly QmpCommand[]): Promise<LiveOutcome> => {
    attempts++;
    return { ...(await replay(commands)), difference: null };
  };
  expect(await smallest(first, never)).toBe(first);
  expect(attempts).toBe(200);
});
