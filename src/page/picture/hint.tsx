/**
 * What appears beside something that a reader points at, or comes to with the keyboard.
 *
 * Screen readers hear the same words as the name of the thing itself, so this is for eyes alone.
 */

export interface ShownHint {
  readonly lines: readonly string[];
  /** where to put it, in pixels of its frame */
  readonly x: number;
  readonly y: number;
  /** width of its frame in pixels */
  readonly room: number;
}

const WIDTH = 300;
const GAP = 10;

export function Hint({ hint: { lines, x, y, room } }: { hint: ShownHint }) {
  const left = Math.max(0, Math.min(x - WIDTH / 2, room - WIDTH));
  return (
    <div class="hint" aria-hidden="true" style={{ left: `${left}px`, top: `${y + GAP}px` }}>
      {lines.map((line, place) => (
        <div key={place}>{line}</div>
      ))}
    </div>
  );
}
