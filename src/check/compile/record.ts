/**
 * Records: several small numbers side by side in as few variables as possible, so that comparing
 * the variables compares the numbers in their order.
 */

/** A number of a record; code that may stand in a `|`. */
export interface Piece {
  readonly code: string;
  readonly width: number;
}

/** Where a piece lies in a record. */
export interface PiecePlace {
  readonly chunk: number;
  readonly shift: number;
  readonly width: number;
}

const CHUNK = 31;

/** Where pieces of these widths lie, the first the most significant. */
export function placePieces(widths: readonly number[]): PiecePlace[] {
  const chunks: number[][] = [];
  let room = 0;
  for (const width of widths) {
    if (width > room) {
      chunks.push([]);
      room = CHUNK;
    }
    chunks.at(-1)?.push(width);
    room -= width;
  }
  return chunks.flatMap((inside, chunk) => {
    let shift = inside.reduce((sum, width) => sum + width, 0);
    return inside.map((width) => {
      shift -= width;
      return { chunk, shift, width };
    });
  });
}

/** Expressions of the chunks of a record. */
export function chunkTexts(pieces: readonly Piece[]): string[] {
  const chunks: string[][] = [];
  for (const [index, at] of placePieces(pieces.map(({ width }) => width)).entries()) {
    const code = pieces[index]?.code ?? "0";
    const inside = chunks[at.chunk] ?? [];
    inside.push(at.shift === 0 ? code : `${code} << ${at.shift}`);
    chunks[at.chunk] = inside;
  }
  return chunks.map((inside) => inside.join(" | "));
}

/** A piece out of a record's variables. */
export function pieceText(variables: readonly string[], at: PiecePlace): string {
  return `(${variables[at.chunk]} >>> ${at.shift} & ${2 ** at.width - 1})`;
}
