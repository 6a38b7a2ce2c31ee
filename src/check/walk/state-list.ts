/**
 * Packed states one after the other, in memory that grows: the path of a walk.
 */

const LEAST_STATES = 64;

export class StateList {
  readonly #words: number;
  #data: Int32Array;
  #length = 0;

  /** @param words of a state */
  constructor(words: number) {
    this.#words = words;
    this.#data = new Int32Array(words * LEAST_STATES);
  }

  /** states */
  get length(): number {
    return this.#length;
  }

  /** Where they lie: state i from i * words on. Another array after the list has grown. */
  get data(): Int32Array {
    return this.#data;
  }

  get bytes(): number {
    return this.#data.byteLength;
  }

  /** Appends the state that begins at a place of an array. */
  push(from: ArrayLike<number>, place: number): void {
    const end = this.#length * this.#words;
    if (end + this.#words > this.#data.length) {
      const larger = new Int32Array(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    for (let word = 0; word < this.#words; word++) this.#data[end + word] = from[place + word] ?? 0;
    this.#length++;
  }

  /** Forgets all states from that number on. */
  truncate(length: number): void {
    this.#length = length;
  }

  states(): number[][] {
    return Array.from({ length: this.#length }, (_, index) => [
      ...this.#data.subarray(index * this.#words, (index + 1) * this.#words),
    ]);
  }
}
