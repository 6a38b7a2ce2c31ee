/**
 * The hash of a packed state, as JavaScript: two 32-bit numbers from its words.
 *
 * `h` is every word multiplied in, one after the other, and finished as in MurmurHash3 (Appleby,
 * 2011), so that each bit of the state reaches each of its bits. Its high bits name the partition,
 * others the slot in a page. `g` mixes `h` with the last word again, so that states with the same
 * `h` can still differ: its high bits choose the page, its low ones tell states in an index apart.
 */

/** Statements that declare `h` and `g` for the state in the given variables. */
export function hashText(words: readonly string[]): string {
  const [first = "0", ...others] = words;
  const mixed = others.map((word) => `h = Math.imul(h ^ (h >>> 15) ^ ${word}, ${0x85ebca6b | 0});`);
  return `let h = Math.imul(${first}, ${0x9e3779b1 | 0});
    ${mixed.join("\n    ")}
    h ^= h >>> 13; h = Math.imul(h, ${0xc2b2ae35 | 0}); h ^= h >>> 16;
    let g = Math.imul(h ^ ${words.at(-1) ?? first}, ${0x27d4eb2f | 0}); g ^= g >>> 15;`;
}
