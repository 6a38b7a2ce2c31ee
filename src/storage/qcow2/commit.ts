/**
 * How what was changed in memory gets to the file, so that a crash at any point leaves an image
 * whose worst fault is clusters that nobody uses (QEMU block/qcow2-cache.c keeps the same order by
 * dependencies between its caches).
 *
 *     1. refcount blocks, and L2 tables that nothing refers to yet; the data is written already
 *     2. the refcount table, which refers to blocks
 *     3. where the header says that the table is, if it has moved
 *     4. L2 tables, which refer to data
 *     5. the L1 table, which refers to L2 tables
 *     6. in memory: the refcounts of what nobody refers to any more
 *
 * Between two of these, everything written becomes stable. Each is a copy of what is in memory when
 * the commit begins: then every cluster that a copied table refers to has its data in the file and
 * its refcount in a copied block, whatever is changed meanwhile.
 */
import { type HostStep, SYNC } from "./host-file.ts";
import type { Mapping } from "./mapping.ts";
import type { Refcounts } from "./refcounts.ts";
import type { TakenTable } from "./table-cache.ts";

/**
 * Takes all changes and yields, in order, what to do with the file. If the caller cannot do a step
 * it lets the generator know by `throw` or `return`, and what was taken counts as changed again.
 */
export function* commitSteps(
  refcounts: Refcounts,
  mapping: Mapping,
): Generator<HostStep, void, void> {
  const blocks = refcounts.cache.take();
  const table = refcounts.takeTable();
  const tables = mapping.cache.take();
  const l1 = mapping.takeL1();
  let done = false;
  try {
    yield* phase([...writesOf(blocks), ...writesOf(tables.filter(({ fresh }) => fresh))], true);
    yield* phase(table.entries);
    yield* phase(table.header);
    yield* phase(writesOf(tables.filter(({ fresh }) => !fresh)));
    yield* phase(l1);
    done = true;
  } finally {
    if (done) {
      refcounts.cache.written(blocks);
      mapping.cache.written(tables);
    } else {
      refcounts.cache.putBack(blocks);
      refcounts.putBack(table);
      mapping.cache.putBack(tables);
      mapping.putBackL1(l1);
    }
  }
}

/** @param always whether something else may have been written that must become stable */
function* phase(steps: readonly HostStep[], always = false): Generator<HostStep, void, void> {
  yield* steps;
  if (always || steps.length > 0) yield SYNC;
}

function writesOf(taken: readonly TakenTable[]): HostStep[] {
  return taken.map(({ table, bytes }) => ({ kind: "write", offset: table.offset, bytes }));
}
