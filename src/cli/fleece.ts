/**
 * `blockgraph fleece`: a disk served to its guest, and beside it the disk as it was.
 *
 * The command line becomes a plan (src/serve/fleecing-commands.ts) and some files; what happens
 * then is said there. What must be gone at the end is the hook, so that the disk is the guest's
 * alone again, and the cache, of which nobody can make sense any more.
 */
import { type Command, Option } from "commander";
import { BlockgraphError } from "../error.ts";
import type { FleecingPlan } from "../serve/fleecing-commands.ts";
import { wholeNumber } from "./arguments.ts";
import { memorySize } from "./check/memory-size.ts";
import { EXIT_HELP } from "./exit-code.ts";
import { fleece } from "./fleece/fleece.ts";
import type { FleeceOptions } from "./fleece/fleece-options.ts";
import { placeOf } from "./fleece/place.ts";

interface Options {
  readonly guest?: string;
  readonly view?: string;
  readonly cache?: string;
  readonly memory?: number;
  readonly whenFull?: "break-guest-write" | "break-snapshot" | "wait";
  readonly format?: FleecingPlan["format"];
  readonly onCbwError?: FleecingPlan["onError"];
  readonly cbwTimeout: number;
  readonly clusterSize: number;
  readonly bitmap?: string;
  readonly locking: FleeceOptions["locking"];
  readonly object?: readonly string[];
  readonly tlsCreds?: string;
  readonly diskTlsCreds?: string;
  readonly diskTlsHostname?: string;
  readonly qmp?: string;
  readonly trim?: true;
  readonly keepCache?: true;
  readonly log?: string;
  readonly run?: string;
  readonly force?: true;
  readonly json?: true;
}

/** See {@link ./commands.ts}. */
export function configure(command: Command): void {
  const errors = ["break-guest-write", "break-snapshot"];
  const onError = new Option(
    "--on-cbw-error <what>",
    "what a copy that fails breaks (default: break-snapshot; with --memory break-guest-write)",
  );
  const format = new Option("--format <what>", "what the disk's file is (default: as it begins)");
  const locking = new Option("--locking <how>", "whether others are kept from the disk's file");
  const whenFull = new Option(
    "--when-full <what>",
    "what happens when memory is full (default: wait with --cache, else break-snapshot)",
  );
  command
    .description(
      "Serves a disk over NBD twice: to its guest, which may write it, and as it was at the " +
        "beginning, for a backup to read. What the guest overwrites is saved in a cache before. " +
        "Ctrl-C, SIGTERM and SIGHUP end it; the disk then holds all that the guest has written.",
    )
    .argument("<disk>", "an image, raw or qcow2, or an export: nbd+unix:///NAME?socket=PATH")
    .option(
      "--guest <place>",
      "where the disk is: a unix socket (needed without --run), or with TLS nbds://HOST:PORT",
    )
    .option("--view <place>", "where it is as it was: as for --guest")
    .option("--object <definition>", "tls-creds-x509,id=ID,dir=FOLDER,endpoint=server", collected)
    .option("--tls-creds <id>", "credentials that clients need, of an --object")
    .option("--disk-tls-creds <id>", "credentials for the server that the disk is on")
    .option("--disk-tls-hostname <name>", "whose certificate that server has to show")
    .addOption(format.choices(["raw", "qcow2"]))
    .option("--bitmap <name>", "show what this bitmap of a qcow2 image has recorded, and no more")
    .option("--cache <file>", "where old data is kept (default: DISK.blockgraph-cache)")
    .option(
      "--memory <size>",
      "keep so much old data in memory: 512M; with --cache the rest is kept there",
      memorySize,
    )
    .addOption(whenFull.choices([...errors, "wait"]))
    .addOption(onError.choices(errors))
    .option("--cbw-timeout <s>", "seconds a write waits for its copies; 0: for ever", seconds, 0)
    .option("--cluster-size <bytes>", "what is copied at once", clusterSize, 65_536)
    .option("--trim", "let readers give back what they have copied, by TRIM")
    .addOption(locking.choices(["auto", "on", "off"]).default("auto"))
    .option("--qmp <socket>", "take QMP commands on a unix socket, as a storage daemon does")
    .option("--log <file>", "write an event log that replays (with all that is written)")
    .option("--keep-cache", "leave the cache where it is at the end")
    .option("--run <shell>", 'end when this command does; it finds "$guest" and "$view"')
    .option("--force", "write over an existing cache or log")
    .option("--json", "print a summary as JSON at the end")
    .addHelpText("after", HELP)
    .action(async (disk: string, options: Options) => {
      process.exitCode = await fleece(disk, checked(options));
    });
}

const GUEST_FAILS = "break-guest-write";

/** The end of an address whose port is any that is free. */
const ANY_PORT = /:0\/?$/;

const collected = (value: string, before: readonly string[] = []) => [...before, value];

const seconds = wholeNumber(0, 0xffff_ffff);

function clusterSize(text: string): number {
  const bytes = wholeNumber(4096, 64 * 1024 * 1024)(text);
  if (Number.isInteger(Math.log2(bytes))) return bytes;
  throw new BlockgraphError(
    "bad-argument",
    `--cluster-size ${text}: give a power of two, such as 65536`,
  );
}

const HELP = `
With Debian's qemu-utils installed:
  blockgraph fleece disk.raw --guest guest.sock --view view.sock
  qemu-img convert -f raw -O qcow2 'nbd+unix:///?socket=view.sock' backup.qcow2
What a bitmap of an image has recorded (it records on meanwhile), and a disk that a server has:
  blockgraph fleece disk.qcow2 --bitmap since-monday --guest guest.sock --view view.sock
  blockgraph fleece 'nbd+unix:///disk?socket=server.sock' --memory 512M --run ...

Clients may ask for the contexts base:allocation and qemu:allocation-depth, those of the view also
for qemu:dirty-bitmap:NAME with --bitmap NAME, and for blockgraph:fleecing, whose number is the sum
of 1 (the guest has overwritten it, and it was saved), 2 (a reader has let go of it, and nobody can
read it again), 4 (it is in memory), 8 (it is in the cache's file), and 256 times its place in the
order in which a client should copy: 0 is urgent, since it takes memory, 2 can wait, 5 is never.

A log begins with the disk as it is, of which 16 MiB fit into it, deflated; for what is larger
keep a copy (of a qcow2 image qemu-img convert -O raw), and replay with --image NAME=COPY. In it
an image is the disk that it shows, whatever its format makes of that in its file, and an export
is its bytes. Who changes the disk beside the guest, or has QMP open other images, makes a log
that does not replay.

Examples:
  $ truncate -s 64M disk.raw
  $ blockgraph fleece disk.raw --run 'echo "a backup reads $view"'
  $ blockgraph fleece disk.raw --memory 16M --log run.jsonl --run true
  $ blockgraph fleece disk.raw --memory 16M --cache old.raw --run 'echo "$guest"'
  $ blockgraph replay run.jsonl --on sim
  $ echo alice:0123456789abcdef0123456789abcdef > keys.psk
  $ tls="--object tls-creds-psk,id=tls,dir=.,endpoint=server --tls-creds tls"
  $ at="--guest nbds://localhost:0 --view nbds://localhost:0"
  $ blockgraph fleece disk.raw $tls $at --run 'echo "a backup that has the key reads $view"'

${EXIT_HELP}`;

/** @throws BlockgraphError `bad-argument` for options that contradict each other */
function checked(options: Options): FleeceOptions {
  const { guest, view, run, memory, cache, whenFull } = options;
  const wrong = (problem: string) => new BlockgraphError("bad-argument", problem);
  if (run === undefined && (guest === undefined || view === undefined)) {
    throw wrong("fleece needs --guest SOCKET and --view SOCKET, or --run COMMAND");
  }
  if (guest !== undefined && guest === view && !ANY_PORT.test(guest)) {
    throw wrong(`--guest and --view are both ${guest}; give each a socket of its own`);
  }
  if (memory !== undefined && memory < options.clusterSize) {
    throw wrong(`--memory ${memory} does not hold a cluster of ${options.clusterSize} bytes`);
  }
  if (whenFull !== undefined && memory === undefined) {
    throw wrong("--when-full is about memory; add --memory SIZE");
  }
  if (whenFull === "wait" && cache === undefined && options.trim === undefined) {
    throw wrong(
      "--when-full wait: nobody would ever make room; add --cache FILE, or --trim for readers to",
    );
  }
  // A cache in memory shows the view by itself, and cannot hear of a copy that was given up.
  const onError = options.onCbwError ?? (memory === undefined ? "break-snapshot" : GUEST_FAILS);
  if (memory !== undefined && onError === "break-snapshot") {
    throw wrong(
      "--on-cbw-error break-snapshot is for a cache in a file; with --memory only memory that is " +
        "full can break the view: --when-full break-snapshot",
    );
  }
  if (memory !== undefined && options.cbwTimeout > 0 && options.onCbwError === undefined) {
    throw wrong(
      "--cbw-timeout with --memory fails the guest's write in the end; if that is meant, add " +
        "--on-cbw-error break-guest-write, and else use --when-full break-snapshot, or no --memory",
    );
  }
  const places = {
    guest: guest === undefined ? null : placeOf("--guest", guest),
    view: view === undefined ? null : placeOf("--view", view),
  };
  const tls = options.tlsCreds ?? null;
  if (tls === null && [places.guest, places.view].some((place) => place?.kind === "inet")) {
    throw wrong("a port is only offered with TLS; add --object and --tls-creds");
  }
  return {
    ...{ ...places, tls, run: run ?? null, log: options.log ?? null },
    objects: options.object ?? [],
    diskTls: { id: options.diskTlsCreds ?? null, hostname: options.diskTlsHostname ?? null },
    locking: options.locking,
    format: options.format ?? null,
    ...{ bitmap: options.bitmap ?? null, qmp: options.qmp ?? null },
    ...{ cache: cache ?? null, memory: memory ?? null, clusterSize: options.clusterSize },
    // The file makes room; without one nobody may ever.
    whenFull: whenFull ?? (cache === undefined ? "break-snapshot" : "wait"),
    onError,
    timeout: options.cbwTimeout,
    trim: options.trim === true,
    keepCache: options.keepCache === true,
    force: options.force === true,
    json: options.json === true,
  };
}
