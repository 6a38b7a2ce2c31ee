/**
 * Whether a command of a model was answered as the model says: accepted, or the last of some
 * refused in the very words that come with them.
 */
import type { Commands } from "./model.ts";

/**
 * @param index of the command among them
 * @param refused QEMU's text; null: it was accepted
 * @returns what is wrong; null: nothing
 */
export function unexpectedAnswer(
  { commands, refused: expected }: Commands,
  index: number,
  refused: string | null,
): string | null {
  const name = commands[index]?.execute;
  const text = index === commands.length - 1 ? (expected ?? null) : null;
  if (refused === text) return null;
  if (text === null) return `${name} was refused: ${refused}`;
  const said = refused === null ? "was accepted" : `was refused: ${refused}`;
  return `${name} ${said}; the model expects it to be refused: ${text}`;
}
