/**
 * What became here of the bugs that QEMU had (reference, sections 6.1, 6.2 and 6.5): before-write
 * filters, block copies, mirrors and bitmaps, copy-on-read.
 *
 * A bug of that history is a mutant which a property catches, or a model of the faithful rules that
 * fails; or a test has it, because it is about something that no chart says; or it cannot be made
 * here, and why not is said. Bugs of permissions and graph changes (6.3, 6.4) are judged by the
 * properties of graph surgery, and by what QEMU says to the same commands.
 */

/** Where a bug is found again. */
export type Place =
  | { readonly kind: "mutant"; readonly model: string; readonly mutant: string }
  | { readonly kind: "model"; readonly model: string }
  /** `file`: of the repository */
  | { readonly kind: "test"; readonly file: string }
  | { readonly kind: "absent"; readonly why: string };

export interface HistoricalBug {
  /** of the reference: `H01` */
  readonly row: string;
  /** what went wrong, in one sentence */
  readonly what: string;
  readonly places: readonly Place[];
}

const mutant = (model: string, name: string): Place => ({ kind: "mutant", model, mutant: name });
const model = (name: string): Place => ({ kind: "model", model: name });
const test = (file: string): Place => ({ kind: "test", file });
const absent = (why: string): Place => ({ kind: "absent", why });
const bug = (row: string, what: string, ...places: Place[]): HistoricalBug => ({
  ...{ row, what, places },
});

const NO_OFFLOAD = absent("no copy is handed to the disk: every one is a read and a write");

const POINT_IN_TIME: readonly HistoricalBug[] = [
  bug(
    "H01",
    "a guest's discard passed by whoever saves old data",
    mutant("fleecing", "discard-is-not-copied"),
    mutant("discard-kept", "discard-is-not-copied"),
  ),
  bug(
    "H02",
    "two writes both copied a cluster, the slower one what the faster had written",
    mutant("overlap", "copy-is-claimed-at-its-end"),
    mutant("backup-full", "job-does-not-claim"),
    mutant("backup-paused", "job-does-not-claim"),
    model("rfc-hook-race"),
  ),
  bug(
    "H03",
    "a read of copied clusters and others after them was all served by the disk",
    mutant("overlap", "mixed-read-is-mistaken"),
    mutant("fleecing", "view-ignores-target"),
    mutant("two-points-in-time", "view-ignores-target"),
  ),
  bug(
    "H04",
    "a request that has its turn began another one, which waited for it",
    mutant("cor-overlay", "read-waits-for-itself"),
  ),
  bug(
    "H05",
    "a reader had decided to read the disk, and did so after the guest had written there",
    mutant("fleecing", "view-does-not-freeze"),
    mutant("first-picture-today", "writes-do-not-serialise"),
    mutant("insertion-keeps-link", "writes-do-not-serialise"),
    mutant("multi-disk-transaction", "view-does-not-freeze"),
    model("rfc-second-picture-race"),
  ),
  bug(
    "H06",
    "a read waited for all who read, itself included",
    mutant("pieces", "view-waits-for-itself"),
  ),
  bug(
    "H08",
    "the copy of the last cluster went on beyond the end of the image",
    test("test/drivers/geometry.test.ts"),
    mutant("fleecing", "partial-cluster-is-skipped"),
  ),
  bug("H09", "an offloaded copy was longer than the disk takes at once", NO_OFFLOAD),
  bug("H10", "an offloaded copy forgot that it should compress", NO_OFFLOAD),
  bug(
    "H12",
    "a filter was taken out while requests were under way in it",
    mutant("backup-cancelled", "cancel-does-not-drain"),
    mutant("backup-paused", "pause-does-not-wait"),
    mutant("removed-meanwhile", "removal-does-not-drain"),
    mutant("block-stream", "finalize-does-not-drain"),
    mutant("block-commit", "finalize-does-not-drain"),
  ),
  bug(
    "H13",
    "whoever failed to insert a filter used it after it was gone",
    absent("a graph is a value: what a refused command has made is dropped with its graph"),
  ),
  bug(
    "H14",
    "the bitmap of a hook belonged to the disk, which could be closed before the hook",
    absent("what a hook remembers of clusters is its own chart, and lives as long as its node"),
  ),
  bug(
    "H15",
    "a discard of the view that begins or ends within a cluster aborted",
    mutant("pieces", "reset-rounds-outward"),
    mutant("last-cluster", "release-frees-around"),
  ),
  bug(
    "H17",
    "a time-out was kept in too few bits, and came too early",
    absent("there is no clock: a time-out is an event, and may come at any moment"),
    mutant("break-snapshot", "timeout-counts-as-copied"),
  ),
  bug(
    "H18",
    "a target shorter than the disk was written beyond its end",
    test("test/graph/qemu-texts.test.ts"),
  ),
  bug(
    "H19",
    "a view that was broken while it was read showed new data (R01)",
    mutant("break-snapshot", "guest-overtakes-after-break"),
    model("break-snapshot-race"),
  ),
  bug(
    "H20",
    "a view was moved by what was inserted later (R02, R03)",
    model("two-backups-move-the-view"),
    model("snapshot-moves-the-view"),
  ),
];

const COPIES: readonly HistoricalBug[] = [
  bug(
    "H23",
    "what covers a cluster in part cleared all of it",
    mutant("mirror-write-blocking", "mirror-rounds-outward"),
    mutant("pieces", "reset-rounds-outward"),
  ),
  bug(
    "H24",
    "writes to a mirror waited for each other",
    mutant("mirror-write-blocking", "write-waits-for-itself"),
  ),
  bug(
    "H25",
    "the job of a mirror did nothing as long as the guest wrote",
    mutant("mirror-write-blocking", "mirror-waits-for-work"),
  ),
  bug(
    "H26",
    "a write was begun in one copy mode and ended in another",
    mutant("mirror-changed", "mode-is-read-twice"),
  ),
  bug(
    "H28",
    "a short write of zeros made a negative range",
    absent("a mirror does not remember zeros apart from other writes"),
  ),
  bug(
    "H29",
    "the last cluster of an image that ends within one aborted",
    mutant("fleecing", "partial-cluster-is-skipped"),
  ),
  bug(
    "H30",
    "a copy that failed counted as done",
    mutant("overlap", "settles-after-failure"),
    mutant("fleecing", "save-error-is-ignored"),
  ),
  bug(
    "H30b",
    "an error was taken for the answer that there is data",
    mutant("pieces", "unknown-status-is-zero"),
    mutant("forwarding", "status-error-is-hidden"),
  ),
  bug(
    "H30d",
    "an error was reported as success",
    mutant("forwarding", "flush-error-is-hidden"),
    mutant("backup-full", "job-hides-errors"),
  ),
  bug(
    "H30e",
    "a mirror that was ended cancelled what it had under way to its target",
    absent("a job ends between two of its requests, when they have ended by themselves"),
    mutant("backup-paused", "pause-does-not-wait"),
  ),
];

const COPY_ON_READ: readonly HistoricalBug[] = [
  bug(
    "H46",
    "others saw half of a range that was about to be locked",
    absent("a request asks for all its clusters in one step, or waits"),
  ),
  bug("H47", "both ends of an offloaded copy were locked at every level", NO_OFFLOAD),
  bug(
    "H48",
    "a copy was longer than the buffer of who had asked for it",
    absent("a register is as long as its request, and a longer move is a defect of the program"),
  ),
  bug(
    "H49",
    "a copy on read of the last, partial cluster aborted",
    mutant("fleecing", "partial-cluster-is-skipped"),
  ),
  bug(
    "H51",
    "an overlay that was made longer showed what lies behind it",
    test("test/conformance/qcow2.test.ts"),
  ),
  bug(
    "H53",
    "a flag of one level reached a level that does not know it",
    absent("a call carries an operation, a range and a register, and no flags"),
  ),
  bug(
    "H54",
    "clients were told that raw holes are allocated, and long trims wrapped around",
    test("test/nbd/extents.test.ts"),
    test("test/nbd/session.test.ts"),
  ),
];

export const HISTORY: readonly HistoricalBug[] = [...POINT_IN_TIME, ...COPIES, ...COPY_ON_READ];
