/**
 * Whether a command of a model was answered as the model says: accepted, or the last of some
 * refused in the very words that come with them.
 */
import { BlockgraphError } from "../error.ts";
import type { Commands } from "./model.ts";

/**
 * @param index of the command among them
 * @param refused QEMU's text; null: it was accepted
 * @throws BlockgraphError `graph-refused` naming a command that was answered otherwise
 */
export function requireExpected(
  { commands, refused: expected }: Commands,
  index: number,
  refused: string | null,
): void {
  const name = commands[index]?.execute;
  const text = index === commands.length - 1 ? (expected ?? null) : null;
  if (refused === text) return;
  const said = refused === null ? "was accepted" : `was refused: ${refused}`;
  const instead = text === null ? "" : `; the model expects it to be refused: ${text}`;
  throw new BlockgraphError("graph-refused", `${name} ${said}${instead}`);
}
