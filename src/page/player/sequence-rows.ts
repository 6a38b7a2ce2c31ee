/**
 * The rows of a sequence diagram: one for each message, and one for a step that sent none.
 */
import type { Message, PlayerTrace } from "../../report/site/player-trace.ts";
import type { RowRange } from "./rows.ts";

/** A row: which step it belongs to, and what it shows. */
export interface SequenceRow {
  /** the position after the step */
  readonly position: number;
  /** whether it is the step's first row */
  readonly first: boolean;
  /** null: the step sent nothing */
  readonly message: Message | null;
}

export interface SequenceRows {
  readonly rows: readonly SequenceRow[];
  /** the rows of the step that leads to a position; none for the beginning */
  readonly rowsOf: (position: number) => RowRange;
}

/** All rows of a trace, in order. */
export function sequenceRows({ steps }: PlayerTrace): SequenceRows {
  const rows: SequenceRow[] = [];
  const starts = [0];
  for (const [place, { messages }] of steps.entries()) {
    const shown = messages.length === 0 ? [null] : messages;
    for (const [order, message] of shown.entries()) {
      rows.push({ position: place + 1, first: order === 0, message });
    }
    starts.push(rows.length);
  }
  return {
    rows,
    rowsOf: (position) => ({ first: starts[position - 1] ?? 0, end: starts[position] ?? 0 }),
  };
}
