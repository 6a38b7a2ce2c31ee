/**
 * Tables of one kind in memory: L2 tables, or refcount blocks.
 *
 * A table that was changed stays until it is written; of the others, those that were not asked for
 * for the longest time make room for new ones. So memory is bounded if whoever changes tables has
 * them written back when `crowded` says so.
 */
export class CachedTable {
  /** byte offset in the file */
  readonly offset: number;
  readonly bytes: Buffer;
  dirty = false;
  /** whether it is on its way to the file: until it is there, the file must not be read */
  writing = false;
  /** whether nothing in the file refers to it yet */
  fresh: boolean;

  constructor(offset: number, bytes: Buffer, fresh: boolean) {
    this.offset = offset;
    this.bytes = bytes;
    this.fresh = fresh;
  }
}

/** A table as it was when a write-back began. */
export interface TakenTable {
  readonly table: CachedTable;
  /** as in the table at that time */
  readonly fresh: boolean;
  readonly bytes: Buffer;
}

export class TableCache {
  readonly #tables = new Map<number, CachedTable>();
  readonly #limit: number;
  readonly #dirty = new Set<CachedTable>();
  #lastKey = -1;
  #last: CachedTable | undefined;

  /** @param limit tables to keep that need not be kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether there is something to write. */
  get dirty(): boolean {
    return this.#dirty.size > 0;
  }

  /** Whether so many tables wait to be written that it is time to do it. */
  get crowded(): boolean {
    return this.#dirty.size * 2 >= this.#limit;
  }

  get(key: number): CachedTable | undefined {
    if (key === this.#lastKey) return this.#last;
    const table = this.#tables.get(key);
    if (table === undefined) return undefined;
    this.#tables.delete(key);
    this.#tables.set(key, table);
    this.#remember(key, table);
    return table;
  }

  /** Takes a table in, in place of the one that had its key. */
  put(key: number, table: CachedTable): void {
    const before = this.#tables.get(key);
    if (before !== undefined) this.#dirty.delete(before);
    this.#tables.delete(key);
    this.#tables.set(key, table);
    this.#remember(key, table);
    for (const [other, { dirty, writing }] of this.#tables) {
      if (this.#tables.size <= this.#limit) break;
      if (!dirty && !writing && other !== key) this.#tables.delete(other);
    }
  }

  /** Notes that a table was changed. */
  changed(table: CachedTable): void {
    table.dirty = true;
    this.#dirty.add(table);
  }

  /** Copies of all that was changed, which counts as written from now on; or see `putBack`. */
  take(): TakenTable[] {
    const taken = [...this.#dirty].map((table) => ({
      table,
      fresh: table.fresh,
      bytes: Buffer.from(table.bytes),
    }));
    for (const table of this.#dirty) {
      table.dirty = false;
      table.writing = true;
    }
    this.#dirty.clear();
    return taken;
  }

  /** The copies are in the file. */
  written(taken: readonly TakenTable[]): void {
    for (const { table } of taken) {
      table.writing = false;
      table.fresh = false;
    }
  }

  /** The copies are not in the file, or who knows: so something in it may refer to them now. */
  putBack(taken: readonly TakenTable[]): void {
    for (const { table } of taken) {
      table.writing = false;
      table.fresh = false;
      this.changed(table);
    }
  }

  #remember(key: number, table: CachedTable): void {
    this.#lastKey = key;
    this.#last = table;
  }
}
