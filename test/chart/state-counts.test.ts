/**
 * How many states each chart has. Whoever changes a number here changed what is executed and
 * checked, and says in the commit why it is that many now.
 */
import { expect, test } from "vitest";
import { tabulate } from "../../src/chart/tabulate.ts";
import { DRIVERS } from "../../src/drivers/registry.ts";
import { chartsOf, VARIANTS } from "../support/charts.ts";

const OPERATIONS = [
  ...["read", "write", "write-unchanged", "write-compressed", "write-zeroes"],
  ...["discard", "flush", "block-status"],
];

/** Of a driver that hands these on. */
function forwarding(
  driver: string,
  operations: readonly string[] = [...OPERATIONS, "is-missing", "is-in-base"],
): Record<string, number[]> {
  return Object.fromEntries(operations.map((operation) => [`${driver}/${operation}`, [9]]));
}

/**
 * States of each chart for at most two view reads at once; several numbers where variants differ. A
 * chart that only forwards has forwarding, done, and failed once per error: 9.
 */
const STATES: Readonly<Record<string, readonly number[]>> = {
  "file/read": [9],
  "file/write": [9],
  "file/write-unchanged": [9],
  "file/write-compressed": [9],
  "file/write-zeroes": [9],
  "file/discard": [9],
  "file/flush": [9],
  "file/block-status": [9],
  ...forwarding("nbd", OPERATIONS),
  ...forwarding("raw"),
  ...forwarding("blkdebug"),
  ...forwarding("compress"),
  ...forwarding("preallocate"),
  ...forwarding("throttle"),
  "null-co/node": [1],
  "null-co/read": [2],
  "null-co/write": [1],
  "null-co/write-unchanged": [1],
  "null-co/write-zeroes": [1],
  "null-co/discard": [1],
  "null-co/flush": [1],
  "null-co/block-status": [1],
  // copy (3) x done (2) x access (2) x frozen (3); x held (3) where the target's readers count.
  "copy-before-write/cluster": [36, 108],
  "copy-before-write/node": [2],
  "copy-before-write/read": [9],
  "copy-before-write/write": [20],
  "copy-before-write/write-unchanged": [9],
  "copy-before-write/write-zeroes": [20],
  "copy-before-write/discard": [20],
  "copy-before-write/flush": [9],
  "copy-before-write/block-status": [9],
  "copy-before-write/snapshot-read": [24, 25, 33, 34],
  "copy-before-write/snapshot-discard": [11, 12],
  "copy-before-write/snapshot-block-status": [23, 24, 32, 33],
  "copy-before-write/copy": [21, 22, 23],
  "copy-before-write/job": [9],
  // map (3) x taken, or free with up to two users (4).
  "qcow2/cluster": [12],
  "qcow2/read": [11, 12, 20, 21],
  "qcow2/write": [18, 19, 27, 28],
  "qcow2/write-unchanged": [18, 19, 27, 28],
  "qcow2/write-compressed": [18, 19, 27, 28],
  "qcow2/write-zeroes": [18, 19, 27, 28],
  "qcow2/discard": [18, 27],
  "qcow2/flush": [9],
  "qcow2/block-status": [10, 11, 19, 20],
  "qcow2/complete": [11],
  "qcow2/is-missing": [3],
  "qcow2/is-in-base": [3, 4],
  // free with up to two users (3), or taken.
  "copy-on-read/cluster": [4],
  "copy-on-read/read": [19],
  "copy-on-read/write": [18],
  "copy-on-read/write-unchanged": [18],
  "copy-on-read/write-compressed": [18],
  "copy-on-read/write-zeroes": [18],
  "copy-on-read/discard": [18],
  "copy-on-read/copy": [11, 12],
  "copy-on-read/populate": [18],
  ...forwarding("copy-on-read", ["flush", "block-status", "is-missing", "is-in-base"]),
  ...forwarding("memory", OPERATIONS),
  // Where it is, changed or not (7, and 8 with a disk tier) x copy (2) x turn, as in qcow2 (4).
  // With copy-on-read where it is (5) x changed (2) x on disk (1 or 2) instead, and what is in
  // memory, unchanged and needed read lately or not; with read-once copy (3).
  "fleecing-cache/cluster": [56, 64, 84, 96, 128, 168, 256],
  // intact or not (2) x clusters that are taken (3).
  "fleecing-cache/node": [6, 12],
  "fleecing-cache/read": [25, 26, 27, 28],
  "fleecing-cache/write": [31, 32],
  "fleecing-cache/write-zeroes": [6],
  "fleecing-cache/discard": [6, 7],
  "fleecing-cache/flush": [1, 2, 9, 10],
  "fleecing-cache/block-status": [26, 27],
  "fleecing-cache/reserve": [5, 6, 7, 9],
  "fleecing-cache/fill": [16],
  "fleecing-cache/read-unchanged": [7],
  "fleecing-cache/mark-changed": [2],
  "fleecing-cache/abandon": [3],
  "fleecing-cache/retire": [3, 5],
  "fleecing-cache/zero": [3],
  "fleecing-cache/evict": [18],
  "fleecing-cache/spill": [14, 22],
  // dirty (2) x use (3).
  "dirty-bitmap/cluster": [4],
  "dirty-bitmap/node": [2],
  "dirty-bitmap/write": [9, 11, 17, 19],
  "dirty-bitmap/write-unchanged": [9, 11, 17, 19],
  "dirty-bitmap/write-compressed": [9, 11, 17, 19],
  "dirty-bitmap/write-zeroes": [9, 11, 17, 19],
  "dirty-bitmap/discard": [9, 11, 17, 19],
  "job-life/cluster": [3],
  "job-life/job": [18],
  "mirror_top/cluster": [6],
  "mirror_top/read": [9],
  "mirror_top/write": [17, 28],
  "mirror_top/write-zeroes": [17, 28],
  "mirror_top/discard": [17, 28],
  "mirror_top/flush": [9],
  "mirror_top/block-status": [9],
  "mirror_top/job": [9],
  "mirror_top/copy": [21, 22],
  "commit_top/cluster": [3],
  ...forwarding("commit_top", ["read", "flush", "block-status", "is-missing", "is-in-base"]),
  "commit_top/job": [9],
  "commit_top/copy": [20],
  "fleecing-backup/cluster": [3],
  "fleecing-backup/job": [9],
  "fleecing-backup/copy": [21, 22],
  "cached-reads/read": [10],
  "cached-reads/write": [10],
  "cached-reads/write-unchanged": [9],
  "cached-reads/write-zeroes": [10],
  "cached-reads/discard": [10],
  "cached-reads/flush": [9],
  "cached-reads/block-status": [9],
  "lazy-discards/cluster": [3],
  "lazy-discards/read": [9],
  "lazy-discards/write": [10],
  "lazy-discards/write-unchanged": [9],
  "lazy-discards/write-zeroes": [10],
  "lazy-discards/discard": [10],
  "lazy-discards/flush": [9],
  "lazy-discards/block-status": [9],
  "lazy-discards/apply-discards": [9],
  "lazy-discards/apply": [18],
  ...forwarding("fleecing-cheat"),
  "fleecing-hook/cluster": [2],
  "fleecing-hook/read": [9],
  "fleecing-hook/write": [10],
  "fleecing-hook/write-unchanged": [9],
  "fleecing-hook/write-zeroes": [10],
  "fleecing-hook/discard": [10],
  "fleecing-hook/flush": [9],
  "fleecing-hook/block-status": [9],
  "fleecing-hook/copy": [12],
  "snapshot-access/read": [9],
  "snapshot-access/flush": [1],
  "snapshot-access/discard": [9],
  "snapshot-access/block-status": [9],
};

test("every chart has the states that the table says", () => {
  const counted: Record<string, number[]> = {};
  for (const chart of VARIANTS.flatMap(({ charts }) => chartsOf(charts))) {
    const count = tabulate(chart).complete().states.length;
    const known = counted[chart.name] ?? [];
    if (!known.includes(count)) counted[chart.name] = [...known, count].sort((a, b) => a - b);
  }
  expect(counted).toEqual(STATES);
});

test("a cluster's states grow with the readers it is built for, and with nothing else", () => {
  const counts = [1, 2, 3].map((readers) => {
    const variants = DRIVERS.get("copy-before-write")?.variants({ readers }) ?? [];
    const clusters = variants.flatMap(({ charts }) => charts.cluster ?? []);
    return new Set(clusters.map((chart) => tabulate(chart).complete().states.length));
  });
  expect(counts).toEqual([
    new Set([3 * 4 * 2, 3 * 4 * 2 * 2]),
    new Set([3 * 4 * 3, 3 * 4 * 3 * 3]),
    new Set([3 * 4 * 4, 3 * 4 * 4 * 4]),
  ]);
});
