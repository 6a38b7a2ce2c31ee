/**
 * What checking each model finds, exactly.
 *
 * Counts are states, transitions and depth: plain; up to the symmetries that the model has, where a
 * depth may differ by one (the first instance of a guest that has nothing to do sends the next
 * request, so a state may be reached sooner with the instances the other way round); and with
 * partial-order reduction, for which nobody may send commands meanwhile, and no invariant may be
 * about several clusters. A model that is violated
 * says by what, and after how many steps.
 */
export type Counts = readonly [states: number, transitions: number, depth: number];

export interface ExactCounts {
  readonly plain?: Counts;
  readonly violated?: readonly [property: string, steps: number];
  /** absent: it has none */
  readonly symmetries?: readonly string[];
  readonly symmetric?: Counts;
  readonly ordered?: Counts;
}

export const EXACT_COUNTS: Readonly<Record<string, ExactCounts>> = {
  fleecing: {
    plain: [107_855, 471_442, 15],
    symmetries: ["clusters", "readers"],
    symmetric: [31_719, 138_775, 15],
    ordered: [100_870, 288_120, 15],
  },
  "image-fleecing": { plain: [882, 2_148, 69], ordered: [417, 737, 69] },
  overlap: {
    plain: [8_849, 21_412, 18],
    symmetries: ["requests of guest"],
    symmetric: [8_235, 20_231, 18],
    ordered: [7_160, 14_473, 18],
  },
  pieces: { plain: [91_311, 402_975, 14], ordered: [87_663, 333_486, 14] },
  "copied-view": { plain: [103, 162, 19], ordered: [94, 117, 19] },
  forwarding: {
    plain: [13_089, 40_902, 21],
    symmetries: ["requests of guest"],
    symmetric: [8_247, 26_604, 21],
    ordered: [8_661, 19_572, 21],
  },
  "break-snapshot": {
    plain: [79_493, 363_388, 16],
    symmetries: ["requests of guest"],
    symmetric: [64_777, 295_751, 16],
    ordered: [59_453, 226_431, 16],
  },
  "break-snapshot-race": {
    violated: ["view-equals-point-in-time", 7],
    symmetries: ["requests of guest"],
  },
  "rfc-first-picture": { plain: [2, 1, 1], ordered: [2, 1, 1] },
  "first-picture-today": {
    plain: [982, 2_642, 15],
    symmetries: ["requests of guest"],
    symmetric: [629, 1_703, 15],
    ordered: [898, 2_071, 15],
  },
  "rfc-second-picture": { plain: [11, 10, 10], ordered: [11, 10, 10] },
  "rfc-second-picture-race": { violated: ["view-equals-point-in-time", 7] },
  "rfc-hook-race": {
    violated: ["view-equals-point-in-time", 13],
    symmetries: ["requests of guest"],
  },
  "rfc-insertion-damages-link": { plain: [2, 1, 1], ordered: [2, 1, 1] },
  "insertion-keeps-link": {
    plain: [982, 2_642, 15],
    symmetries: ["requests of guest"],
    symmetric: [629, 1_703, 15],
    ordered: [898, 2_071, 15],
  },
  "one-big-json": { plain: [258, 526, 15], ordered: [218, 361, 15] },
  "insert-by-reopen": { plain: [110, 199, 12], ordered: [102, 137, 12] },
  "remove-by-reopen": { plain: [61, 108, 9], ordered: [54, 76, 9] },
  "insert-by-qom-set": { plain: [130, 221, 15], ordered: [122, 159, 15] },
  "two-backups-move-the-view": { violated: ["view-equals-point-in-time", 9] },
  "two-backups-keep-the-view": { plain: [32, 46, 16], ordered: [29, 32, 16] },
  "snapshot-moves-the-view": { violated: ["view-is-served", 8] },
  "snapshot-keeps-the-view": { plain: [20, 25, 13], ordered: [14, 13, 13] },
  "explicit-insertion": { plain: [32, 46, 16], ordered: [29, 32, 16] },
  "backing-connected-later": { violated: ["view-equals-point-in-time", 7] },
  "backing-connected-first": { plain: [61, 108, 9], ordered: [54, 76, 9] },
  "backing-connected-later-repaired": { plain: [61, 108, 9], ordered: [54, 76, 9] },
  "unused-hook-guards-nothing": { violated: ["view-equals-point-in-time", 5] },
  "inserted-meanwhile": {
    plain: [2_255, 5_925, 20],
    symmetries: ["requests of guest"],
    symmetric: [1_308, 3_444, 20],
  },
  "shown-before-inserted": { plain: [53, 93, 7] },
  "reopened-meanwhile": { plain: [611, 1_223, 19] },
  "removed-meanwhile": {
    plain: [4_550, 12_338, 22],
    symmetries: ["requests of guest"],
    symmetric: [3_026, 8_156, 22],
  },
  "removed-before-reader": { plain: [416, 1_098, 16] },
  "inserted-by-job": { plain: [611, 1_223, 19] },
  "inserted-by-transaction": { plain: [553, 1_109, 18] },
  "exported-before-inserted": { violated: ["view-equals-point-in-time", 6] },
  "fleecing-cache-ram": {
    plain: [1_761, 4_342, 14],
    symmetries: ["clusters", "requests of reader"],
    symmetric: [595, 1_566, 14],
  },
  "fleecing-cache-breaks": {
    plain: [208, 415, 13],
    symmetries: ["clusters"],
    symmetric: [106, 213, 13],
    ordered: [180, 297, 13],
  },
  "fleecing-cache-waits": { plain: [156, 268, 22], ordered: [132, 180, 22] },
  "hook-gives-up": { violated: ["view-equals-point-in-time", 12], symmetries: ["clusters"] },
  "fleecing-cache-tiers": {
    plain: [3_424, 9_570, 24],
    symmetries: ["clusters"],
    symmetric: [1_719, 4_809, 24],
  },
  "fleecing-cache-zeroes": { plain: [4_308, 15_229, 15], ordered: [4_046, 11_959, 15] },
  "cor-into-cache": {
    plain: [25_145, 75_558, 19],
    symmetries: ["requests of guest", "requests of reader"],
    symmetric: [10_891, 32_896, 19],
    ordered: [23_405, 63_008, 19],
  },
  "cor-zeroes": { plain: [6_278, 21_444, 18], ordered: [5_784, 16_714, 18] },
  "guest-read-benefit": {
    plain: [31_271, 99_086, 18],
    symmetries: ["requests of guest"],
    symmetric: [21_427, 70_513, 18],
    ordered: [29_590, 83_075, 18],
  },
  "guest-read-after-break": { plain: [3_000, 6_857, 18], ordered: [2_908, 5_727, 18] },
  "read-once": {
    plain: [795, 1_864, 19],
    symmetries: ["requests of guest"],
    symmetric: [545, 1_289, 19],
    ordered: [746, 1_573, 19],
  },
  "last-cluster": {
    plain: [5_026, 14_743, 14],
    symmetries: ["requests of reader"],
    symmetric: [3_107, 10_249, 14],
    ordered: [4_516, 10_355, 14],
  },
  "cache-under-job": {
    plain: [408, 1_057, 13],
    symmetries: ["clusters", "requests of reader"],
    symmetric: [151, 408, 13],
  },
  "backup-to-cache": {
    plain: [58_246, 217_230, 28],
    symmetries: ["clusters"],
    symmetric: [29_135, 108_663, 28],
  },
  "recommend-a": {
    plain: [83, 82, 19],
    symmetries: ["clusters"],
    symmetric: [23, 25, 19],
    ordered: [83, 82, 19],
  },
  "recommend-b": { plain: [106, 111, 25], ordered: [106, 111, 25] },
  "recommend-c": { plain: [311, 340, 31], ordered: [311, 340, 31] },
  "recommend-d": { plain: [562, 573, 42], ordered: [562, 573, 42] },
  "backup-full": {
    plain: [51_758, 187_069, 19],
    symmetries: ["requests of backup"],
    symmetric: [35_957, 132_447, 19],
    ordered: [43_037, 97_922, 19],
  },
  "backup-cancelled": {
    plain: [4_131, 11_085, 15],
    symmetries: ["requests of backup"],
    symmetric: [3_039, 7_935, 15],
  },
  "backup-paused": { plain: [2_019, 5_570, 22] },
  "backup-stops-on-error": {
    plain: [2_794, 6_511, 26],
    symmetries: ["requests of backup"],
    symmetric: [2_144, 4_994, 26],
    ordered: [2_407, 4_488, 26],
  },
  "backup-fails": { plain: [454, 685, 27], ordered: [360, 470, 27] },
  "backup-enospc": { plain: [669, 985, 30], ordered: [549, 709, 30] },
  "push-slow-target": { plain: [34_317, 114_656, 23], ordered: [21_094, 42_628, 23] },
  "discard-source-of-disk": { violated: ["guest-reads-last-write", 8] },
  "discard-source": { plain: [111_587, 496_197, 26], ordered: [66_049, 175_661, 26] },
  "fleecing-backup": {
    plain: [20_898, 76_610, 24],
    symmetries: ["clusters", "requests of backup"],
    symmetric: [6_821, 24_855, 24],
    ordered: [16_236, 39_704, 24],
  },
  "fleecing-backup-waits": { plain: [2_562, 7_429, 24], ordered: [1_633, 3_242, 24] },
  "mirror-copy": {
    plain: [6_436, 18_357, 20],
    symmetries: ["requests of mirror"],
    symmetric: [4_157, 11_484, 20],
    ordered: [4_896, 9_330, 20],
  },
  "mirror-write-blocking": { plain: [2_900, 5_201, 22], ordered: [2_552, 3_986, 22] },
  "mirror-changed": {
    plain: [5_177, 11_582, 21],
    symmetries: ["requests of guest"],
    symmetric: [4_131, 9_259, 21],
  },
  "block-stream": { plain: [2_634, 4_562, 40] },
  "block-commit": { plain: [1_917, 3_753, 41] },
  "active-commit": { plain: [1_851, 3_318, 33], ordered: [1_620, 2_304, 33] },
  "cow-overlay": {
    plain: [16_904, 52_219, 23],
    symmetries: ["requests of guest"],
    symmetric: [13_390, 41_350, 23],
    ordered: [2_415, 4_280, 23],
  },
  "cbw-hook": {
    plain: [42_592, 131_097, 23],
    symmetries: ["requests of guest"],
    symmetric: [31_687, 99_646, 23],
    ordered: [34_899, 82_137, 23],
  },
  "cor-overlay": {
    plain: [90_902, 252_125, 20],
    symmetries: ["requests of guest"],
    symmetric: [60_103, 173_306, 20],
    ordered: [88_799, 223_687, 20],
  },
  "bitmap-chain": { plain: [862, 1_470, 28] },
  "bitmap-cleared-late": { violated: ["job-result-equals-point-in-time", 21] },
  "bitmap-cleared-early": { plain: [1_173, 1_976, 29] },
  "successive-increments": { plain: [280, 419, 25], ordered: [223, 290, 25] },
  "increment-cancelled": { plain: [435, 685, 26], ordered: [334, 440, 26] },
  incremental: { plain: [302, 561, 15] },
  "incremental-in-two-steps": { violated: ["increment-covers-changes", 6] },
  "combined-target": { plain: [2_012, 5_553, 18], ordered: [1_792, 3_631, 18] },
  "overlay-live-commit": { plain: [9_237, 29_638, 31], ordered: [4_171, 7_808, 31] },
  "db-reopen-wedge": { plain: [118, 163, 23], ordered: [105, 132, 23] },
  "incremental-cache": {
    plain: [269, 494, 14],
    symmetries: ["clusters"],
    symmetric: [138, 257, 14],
  },
  "two-points-in-time": { plain: [545, 1_555, 19], ordered: [377, 607, 19] },
  "multi-disk-transaction": { plain: [12_829, 40_644, 28] },
  "multi-disk-apart": { violated: ["points-are-one", 13] },
  "view-discard-race": { violated: ["view-equals-point-in-time", 11] },
  "view-discard": { plain: [1_226, 3_542, 17], ordered: [1_036, 2_102, 17] },
  "discard-lost": { violated: ["no-lost-discard", 2] },
  "discard-kept": { plain: [618, 1_363, 15], ordered: [562, 941, 15] },
  "lazy-discard": {
    plain: [16_748, 61_027, 19],
    symmetries: ["clusters"],
    symmetric: [8_417, 30_798, 19],
    ordered: [16_686, 49_361, 19],
  },
};

/** The same of image formats, plain and up to symmetry of their writers. */
export const FORMAT_COUNTS: Readonly<Record<string, { plain: Counts; symmetric: Counts }>> = {
  "qcow2-crash": { plain: [1_769_488, 13_691_480, 42], symmetric: [1_015_068, 7_886_534, 42] },
  "qcow2-discard-race": { plain: [209_679, 1_471_485, 34], symmetric: [123_720, 870_360, 34] },
};
