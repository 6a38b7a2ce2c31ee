/**
 * A set of states that remembers three bits of each instead of the state.
 *
 * A state whose bits were all set by others is taken for known: some states are missed then, the
 * more the fuller the table is, but none is seen twice. The three places come from two hashes
 * (double hashing), which differ from salt to salt, so that what one set misses another sees.
 */

const PLACES = 3;
const MOST_BITS = 2 ** 32;
const LEAST_BYTES = 2 ** 16;
/** of which a part may be used, but no less than that */
const LEAST_PART = 2 ** 12;

/** The size of a table that fits into so many bytes: a power of two. */
export function bitstateBytes(bytes: number): number {
  const most = Math.min(MOST_BITS / 8, Math.max(LEAST_BYTES, bytes));
  return 2 ** Math.floor(Math.log2(most));
}

export class Bitstate {
  readonly #words: number;
  readonly #bits: Int32Array;
  #used: number;
  #mask: number;
  #salt = 0;
  #set = 0;

  /**
   * @param words of a state
   * @param bytes a power of two
   */
  constructor(words: number, bytes: number) {
    this.#words = words;
    this.#bits = new Int32Array(bytes / 4);
    this.#used = bytes;
    this.#mask = (bytes * 8 - 1) | 0;
  }

  get bytes(): number {
    return this.#bits.byteLength;
  }

  /** bytes that are used */
  get used(): number {
    return this.#used;
  }

  /** part of the bits in use that is set, 0 to 1 */
  get fill(): number {
    return this.#set / (this.#used * 8);
  }

  /**
   * Forgets all states, and hashes differently from now on.
   * @param halvings uses 1 / 2^halvings of the table from now on
   */
  clear(salt: number, halvings = 0): void {
    const part = this.#bits.byteLength / 2 ** halvings;
    this.#used = Math.min(this.#bits.byteLength, Math.max(LEAST_PART, part));
    this.#mask = (this.#used * 8 - 1) | 0;
    this.#bits.fill(0, 0, this.#used / 4);
    this.#set = 0;
    this.#salt = salt | 0;
  }

  /** Adds the state that begins at a place of an array. @returns whether it is certainly new */
  add(states: Int32Array, place: number): boolean {
    let one = this.#salt;
    let other = ~this.#salt;
    for (let index = place; index < place + this.#words; index++) {
      const word = states[index] ?? 0;
      one = Math.imul(one ^ word, 0x9e3779b1);
      one ^= one >>> 15;
      other = Math.imul(other ^ word, 0x85ebca6b);
      other ^= other >>> 13;
    }
    one = Math.imul(one ^ (one >>> 16), 0xc2b2ae35);
    other = Math.imul(other ^ (other >>> 15), 0x27d4eb2f);
    let bit = one ^ (one >>> 13);
    const stride = (other ^ (other >>> 16)) | 1;
    let fresh = 0;
    for (let turn = 0; turn < PLACES; turn++) {
      const at = bit & this.#mask;
      const old = this.#bits[at >>> 5] ?? 0;
      const set = old | (1 << (at & 31));
      if (set !== old) {
        this.#bits[at >>> 5] = set;
        fresh++;
      }
      bit = (bit + stride) | 0;
    }
    this.#set += fresh;
    return fresh > 0;
  }
}
