/**
 * What is to happen at which time: a binary heap. Of two things at one time, what was said first
 * comes first, so that a comparison is the same on every machine.
 */
interface Event {
  readonly time: number;
  readonly order: number;
  readonly action: () => void;
}

export class EventQueue {
  readonly #heap: Event[] = [];
  #said = 0;

  get size(): number {
    return this.#heap.length;
  }

  at(time: number, action: () => void): void {
    const event = { time, order: this.#said++, action };
    let index = this.#heap.push(event) - 1;
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = this.#heap[up];
      if (parent === undefined || isBefore(parent, event)) break;
      this.#heap[index] = parent;
      index = up;
    }
    this.#heap[index] = event;
  }

  /** Takes the earliest; undefined: there is none. */
  next(): Event | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last === undefined || first === undefined || this.#heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const child = this.#earlier(2 * index + 1, 2 * index + 2);
      const event = this.#heap[child];
      if (event === undefined || isBefore(last, event)) break;
      this.#heap[index] = event;
      index = child;
    }
    this.#heap[index] = last;
    return first;
  }

  #earlier(left: number, right: number): number {
    const [one, other] = [this.#heap[left], this.#heap[right]];
    return one !== undefined && other !== undefined && isBefore(other, one) ? right : left;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}
