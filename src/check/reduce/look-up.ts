/**
 * A table that finds a context by what it is made of, one component after the other.
 *
 * It is one array: from an offset plus the value of the component one gets the next offset, and
 * from the last one the number that is looked for. What is not there is found at offset 0, whose
 * every entry is 0.
 */

/** What the search reads of a state: where an instance stands, or an element of a field. */
export type Component =
  | {
      readonly kind: "rest";
      readonly process: string;
      readonly instance: number;
      readonly size: number;
    }
  | {
      readonly kind: "field";
      readonly field: string;
      readonly index: number;
      readonly size: number;
    };

export interface Entry {
  /** one value for each component */
  readonly vector: readonly number[];
  readonly found: number;
}

export class LookUp {
  readonly table: number[] = [];

  /** @returns the offset at which looking up begins */
  add(components: readonly Component[], entries: readonly Entry[]): number {
    const most = Math.max(1, ...components.map(({ size }) => size));
    while (this.table.length < most) this.table.push(0);
    return this.#place(components, 0, entries);
  }

  #place(components: readonly Component[], depth: number, entries: readonly Entry[]): number {
    const component = components[depth];
    if (component === undefined) return entries[0]?.found ?? 0;
    const offset = this.table.length;
    for (let value = 0; value < component.size; value++) this.table.push(0);
    const byValue = new Map<number, Entry[]>();
    for (const entry of entries) {
      const value = entry.vector[depth] ?? 0;
      byValue.set(value, [...(byValue.get(value) ?? []), entry]);
    }
    for (const [value, those] of byValue) {
      this.table[offset + value] = this.#place(components, depth + 1, those);
    }
    return offset;
  }
}
