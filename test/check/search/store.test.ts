/**
 * The memory of a search is taken in large pieces, which cost what is used of them. (Small ones are
 * filled with zeros by the C library once some were freed: 60 searches of 501 states that may take
 * 64 MiB each took 2 GiB together.)
 */
import { expect, test } from "vitest";
import { ARENAS, layoutFor } from "../../../src/check/search/layout.ts";
import { createStore } from "../../../src/check/search/store.ts";

const [MIB, GIB] = [2 ** 20, 2 ** 30];
/** What the C library takes from used memory at the most. */
const SMALL = 32 * MIB;

test.each([MIB, 30 * MIB, 64 * MIB, GIB, 3 * GIB, 20 * GIB])("%d bytes", (memory) => {
  const layout = layoutFor(2, memory);
  const { arenas } = createStore(layout);
  expect(arenas.map((arena) => arena.length)).toEqual(arenas.map(() => layout.arena));
  expect(arenas).toHaveLength(ARENAS);
  const pieces = new Set(arenas.map(({ buffer }) => buffer));
  for (const piece of pieces) {
    const own = arenas.filter(({ buffer }) => buffer === piece);
    // They lie side by side, and fill it.
    expect(own.map(({ byteOffset }) => byteOffset)).toEqual(
      own.map((_, index) => index * layout.arena * 4),
    );
    expect(piece.byteLength).toBe(own.length * layout.arena * 4);
    if (pieces.size > 1) expect(piece.byteLength).toBeGreaterThan(SMALL);
    expect(piece.byteLength).toBeLessThanOrEqual(GIB);
  }
});
