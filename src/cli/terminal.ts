/**
 * Printing: results go to stdout, problems and progress to stderr, and colours only to people.
 *
 * Colours need a terminal and the absence of NO_COLOR (no-color.org). Progress is one line that
 * is drawn over and over, and only where there is a terminal to draw on.
 */
import { isatty } from "node:tty";

const COLOURS = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
type Colour = keyof typeof COLOURS;

const ERASE_LINE = "\r\u001b[K";
let progressShown = false;

/** A line of the result. */
export function print(line: string): void {
  clearProgress();
  process.stdout.write(`${line}\n`);
}

/** The one document of `--json`. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document, null, 2));
}

/** Something that went wrong, or that a reader of stdout must not miss. */
export function warn(line: string): void {
  clearProgress();
  process.stderr.write(`${line}\n`);
}

/** Whether anybody would see how something goes on. */
export function showsProgress(): boolean {
  return isatty(2);
}

/** Shows what is going on, in place of what was shown before; nothing without a terminal. */
export function progress(text: string): void {
  if (!showsProgress()) return;
  const columns = process.stderr.columns || 80;
  process.stderr.write(ERASE_LINE + text.slice(0, columns - 1));
  progressShown = true;
}

/** Takes the progress line away. */
function clearProgress(): void {
  if (progressShown) process.stderr.write(ERASE_LINE);
  progressShown = false;
}

/** Text in a colour, where stdout shows colours. */
export function paint(colour: Colour, text: string): string {
  const plain = !isatty(1) || (process.env.NO_COLOR ?? "") !== "";
  return plain ? text : `\u001b[${COLOURS[colour]}m${text}\u001b[0m`;
}
