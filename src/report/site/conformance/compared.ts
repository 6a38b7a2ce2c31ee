/**
 * What was compared with programs that nobody here wrote, and how much of it.
 *
 * Recordings and tests are no part of the package that users install, so that what they hold is
 * summarised here; a test counts them, and fails where a number is another by now.
 */

/** Verdicts of a QEMU that were recorded, and are compared in every run of the tests. */
export interface Recording {
  /** in test/conformance/recorded */
  readonly file: string;
  readonly version: string;
  readonly what: string;
  readonly sequences: number;
  /** that were compared, in their words and with all masks */
  readonly commands: number;
  /** commands that QEMU refused */
  readonly refused: number;
  /** sequences at whose end QEMU aborted, crashed or hung, as is predicted */
  readonly ended: number;
}

export const RECORDINGS: readonly Recording[] = [
  {
    file: "qemu-7.2-random.jsonl.gz",
    version: "7.2",
    what: "random sequences",
    sequences: 200,
    commands: 6_876,
    refused: 2_360,
    ended: 55,
  },
  {
    file: "qemu-7.2-cases.json.gz",
    version: "7.2",
    what: "cases made by hand",
    sequences: 130,
    commands: 759,
    refused: 108,
    ended: 12,
  },
  {
    file: "qemu-10.0-cases.json.gz",
    version: "10.0",
    what: "cases made by hand",
    sequences: 123,
    commands: 710,
    refused: 105,
    ended: 2,
  },
  {
    file: "qemu-7.2-found.json.gz",
    version: "7.2",
    what: "what random commands found once",
    sequences: 79,
    commands: 581,
    refused: 184,
    ended: 8,
  },
  {
    file: "qemu-10.0-found.json.gz",
    version: "10.0",
    what: "what random commands found once",
    sequences: 102,
    commands: 755,
    refused: 210,
    ended: 17,
  },
];

/** Random commands beside a daemon, sent once at length; the receipt was kept by nobody. */
export interface Campaign {
  readonly version: string;
  readonly seed: number;
  readonly sequences: number;
  readonly commands: number;
}

export const CAMPAIGNS: readonly Campaign[] = [
  { version: "7.2.22", seed: 2027, sequences: 10_000, commands: 149_232 },
  { version: "10.0.2", seed: 2027, sequences: 10_000, commands: 149_436 },
];

/** A test that compares live, wherever the tools are installed. */
export interface LiveComparison {
  readonly what: string;
  readonly tools: readonly string[];
  /** random cases, with a seed that is fixed; null: scripts, all of which are in the test */
  readonly cases: number | null;
  /** in test/conformance */
  readonly test: string;
}

export const LIVE_COMPARISONS: readonly LiveComparison[] = [
  {
    what: "Random graph commands: verdict, words, every edge's masks",
    tools: ["qemu-storage-daemon"],
    cases: 300,
    test: "permissions.test.ts",
  },
  {
    what: "Fleecing graphs with random options, request by request, and the disk at the end",
    tools: ["qemu-storage-daemon", "qemu-io"],
    cases: 30,
    test: "qemu-agreement.test.ts",
  },
  {
    what: "What dirty bitmaps have recorded, after every write, command and backup",
    tools: ["qemu-storage-daemon", "qemu-io"],
    cases: 40,
    test: "bitmaps.test.ts",
  },
  {
    what: "What jobs can be told, in every state",
    tools: ["qemu-storage-daemon"],
    cases: 100,
    test: "job-verbs.test.ts",
  },
  {
    what: "Options of backups and hooks, in every order of mistakes",
    tools: ["qemu-storage-daemon"],
    cases: 120,
    test: "backup-options.test.ts",
  },
  {
    what: "Logs and counterexamples, replayed on a machine to the same bytes",
    tools: ["qemu-system-x86_64", "qemu-img"],
    cases: null,
    test: "replay-on-qemu.test.ts",
  },
  {
    what: "Defects that a real QEMU shows, beside the simulator",
    tools: ["qemu-storage-daemon", "qemu-io"],
    cases: null,
    test: "qemu-defects.test.ts",
  },
  {
    what: "QEMU's own fleecing test over QMP and NBD, all five variants, with both daemons",
    tools: ["qemu-storage-daemon", "qemu-io"],
    cases: null,
    test: "qmp-fleecing.test.ts",
  },
  {
    what: "Conversations over QMP: answers, and events in their order",
    tools: ["qemu-storage-daemon"],
    cases: null,
    test: "qmp-daemon.test.ts",
  },
  {
    what: "The NBD server, every request and option beside qemu-nbd's",
    tools: ["qemu-nbd", "nbdinfo", "qemu-io"],
    cases: null,
    test: "nbd-beside-qemu.test.ts",
  },
  {
    what: "qcow2 images, changed by both in turn, checked by `qemu-img check`",
    tools: ["qemu-img", "qemu-io"],
    cases: null,
    test: "qcow2-random.test.ts",
  },
  {
    what: "A disk under load while its view is copied, and programs that are killed",
    tools: ["fio", "nbdcopy"],
    cases: null,
    test: "fleece-load.test.ts",
  },
  {
    what: "States and transitions of exported programs, counted by another checker",
    tools: ["spin", "gcc"],
    cases: null,
    test: "spin.test.ts",
  },
  {
    what: "The yardstick model, written again for other checkers",
    tools: ["spin", "rumur", "g++"],
    cases: null,
    test: "peers.test.ts",
  },
];
