/**
 * One design under the workload, from the point in time until its backup is done.
 */

import { Copier, type CopierKind } from "./copier.ts";
import type { Design } from "./designs.ts";
import { Guest, type Latencies, type Workload } from "./guest.ts";
import { Keeper } from "./keeper.ts";
import { TimedRun } from "./timed-run.ts";

const CLUSTER = 65536;
/** of the disk, unless somebody wants fewer */
const CLUSTERS = 4096;
/** Of ten clusters of the disk so many hold data. */
const FILLED = 7;
/** microseconds that the guest is watched where nobody copies */
const ALONE = 5e6;

export const DISK_TEXT =
  `disk: ${(CLUSTERS * CLUSTER) / 2 ** 20} MiB in clusters of ${CLUSTER / 1024} KiB, ` +
  `${FILLED} of 10 with data`;

export interface Measured {
  readonly design: Design;
  readonly latencies: Latencies;
  /** guest requests that failed */
  readonly failed: number;
  /** microseconds until all was copied; null: nobody copies */
  readonly done: number | null;
  /** bytes written besides the guest's own and the backup itself, what is merged later included */
  readonly extra: number;
  /** the most bytes of memory and of disk that were in use for old data, or for new */
  readonly memory: number;
  readonly disk: number;
}

/**
 * @param clusters of the disk
 * @throws Error if the backup is not what the disk was
 */
export function measure(design: Design, workload: Workload, clusters = CLUSTERS): Measured {
  const length = clusters * CLUSTER;
  const images = ["disk.raw", "target.raw", ...design.images];
  const run = new TimedRun(
    images.map((filename) => ({ filename, length })),
    CLUSTER,
  );
  fill(run, clusters);
  const before = run.storage("disk.raw").copy();
  for (const command of design.commands) {
    const refusal = run.session.command(command);
    if (refusal !== null) throw new Error(`${design.name}: ${command.execute}: ${refusal}`);
  }
  const guest = new Guest(run, workload, length, CLUSTER);
  const keeper = design.kept === null ? null : new Keeper(run, design.kept, CLUSTER);
  const { copier: kind, recommendedBy, followedBy } = design;
  const copierOf = (each: CopierKind | null, by: string | null) =>
    each === null ? null : new Copier(run, { copier: each, recommendedBy: by }, length, CLUSTER);
  const copier = copierOf(kind, recommendedBy);
  const follower = copierOf(followedBy, null);
  const last = copierOf(followedBy, null);
  guest.start();
  keeper?.start();
  copier?.start();
  follower?.start();
  run.run(() => (copier === null ? run.now >= ALONE : isDone(copier) && isDone(follower)));
  last?.start();
  run.run(() => isDone(last));
  guest.stop();
  keeper?.stop();
  run.run(() => false);
  if (copier !== null) {
    const shown = design.shows === "beginning" ? before : run.storage("disk.raw").copy();
    requireRight(design, run, shown, copier.failed);
  }
  return { design, ...resultOf(design, run, guest), done: last?.done ?? copier?.done ?? null };
}

/** Whether somebody who copies has copied everything; who is not there has. */
const isDone = (copier: Copier | null) => copier === null || copier.done !== null;

function fill(run: TimedRun, clusters: number): void {
  const data = Buffer.alloc(CLUSTER, 0x5a);
  for (let cluster = 0; cluster < clusters; cluster++) {
    if (cluster % 10 >= FILLED) continue;
    data.writeUInt32LE(cluster);
    run.storage("disk.raw").execute("write", cluster * CLUSTER, CLUSTER, data);
  }
}

/** @param shown what the backup must show */
function requireRight({ name }: Design, run: TimedRun, shown: Uint8Array, failed: number): void {
  const { content } = run.storage("target.raw");
  if (failed === 0 && Buffer.compare(content, shown) === 0) return;
  throw new Error(`${name}: the backup is not the disk as it was, or ${failed} pieces failed`);
}

function resultOf(design: Design, run: TimedRun, guest: Guest) {
  const { overlay, images } = design;
  const onDisks = ["disk.raw", ...images].filter((image) => image !== "ram");
  const written = onDisks.reduce((sum, image) => sum + run.occupancy(image).written, 0);
  const peak = (image: string) => run.occupancy(image).peak * CLUSTER;
  const merged = overlay === null ? 0 : peak(overlay);
  return {
    latencies: guest.latencies,
    failed: guest.failed,
    extra: written - guest.written + merged,
    memory: images.includes("ram") ? peak("ram") : 0,
    disk: images.filter((image) => image !== "ram").reduce((sum, image) => sum + peak(image), 0),
  };
}
