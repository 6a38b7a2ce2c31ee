/**
 * Writing: in place where the host cluster is nobody else's, and to a new one where there is none,
 * or a compressed one, or one that a snapshot uses as well (QEMU block/qcow2-cluster.c,
 * `qcow2_alloc_host_offset`).
 */

import { BufferCursor } from "./buffer-cursor.ts";
import type { ClusterLocks } from "./cluster-locks.ts";
import { Damage } from "./damage.ts";
import type { Qcow2Image } from "./image.ts";
import { type L2Entry, writeDataEntry } from "./l2-entry.ts";
import { readCluster } from "./read-piece.ts";

/** What becomes of one guest cluster of a write. */
interface Target {
  /** guest cluster */
  readonly cluster: number;
  /** as it was */
  readonly entry: L2Entry;
  /** where it will be in the file, in bytes */
  readonly host: number;
  /** whether that is a host cluster taken for it */
  readonly taken: boolean;
  /** whether that host cluster holds zeros */
  readonly blank: boolean;
  /** whether the L2 table has to be changed afterwards */
  readonly remap: boolean;
  /** bytes of the cluster that are written */
  readonly from: number;
  readonly to: number;
}

/**
 * @param offset of the disk, in bytes
 * @param data what to write
 */
export async function writePiece(
  image: Qcow2Image,
  locks: ClusterLocks,
  offset: number,
  data: readonly Uint8Array[],
): Promise<void> {
  const { clusterSize } = image.geometry;
  const length = data.reduce((sum, { length }) => sum + length, 0);
  const first = Math.floor(offset / clusterSize);
  const count = Math.ceil((offset + length) / clusterSize) - first;
  for (let busy = locks.waitFor(first, count); busy !== null; ) {
    await busy;
    busy = locks.waitFor(first, count);
  }
  const targets = targetsOf(image, offset, offset + length);
  const remapped = targets.filter(({ remap }) => remap);
  const unlock = locks.lock(remapped.map(({ cluster }) => cluster));
  try {
    await writeTargets(image, targets, new BufferCursor(data));
    remap(image, remapped);
  } catch (error) {
    giveBack(image, remapped);
    throw error;
  } finally {
    unlock();
  }
}

function targetsOf(image: Qcow2Image, start: number, end: number): Target[] {
  const { clusterSize } = image.geometry;
  const targets: Target[] = [];
  try {
    for (let at = start; at < end; ) {
      const cluster = Math.floor(at / clusterSize);
      const from = at - cluster * clusterSize;
      const to = Math.min(clusterSize, end - cluster * clusterSize);
      targets.push(targetOf(image, cluster, from, to));
      at += to - from;
    }
  } catch (error) {
    giveBack(image, targets);
    throw error;
  }
  return targets;
}

function targetOf(image: Qcow2Image, cluster: number, from: number, to: number): Target {
  const { clusterSize } = image.geometry;
  const { refcounts } = image.changes;
  const entry = image.mapping.entry(cluster);
  const { kind, offset } = entry;
  image.requireData(entry);
  if (entry.copied && offset > 0 && refcounts.get(offset / clusterSize) === 1) {
    if (offset >= image.host.size) {
      throw new Damage(`guest cluster ${cluster} is at ${offset}, beyond the end of the file`);
    }
    const remap = kind === "zero";
    return { cluster, entry, host: offset, taken: false, blank: false, remap, from, to };
  }
  const { cluster: taken, blank } = refcounts.allocateData();
  return { cluster, entry, host: taken * clusterSize, taken: true, blank, remap: true, from, to };
}

/** Writes all, with what must stand around it, in as few calls as there are runs in the file. */
async function writeTargets(
  image: Qcow2Image,
  targets: readonly Target[],
  data: BufferCursor,
): Promise<void> {
  const { clusterSize } = image.geometry;
  const writes: Promise<void>[] = [];
  let run: Uint8Array[] = [];
  let [start, end] = [0, 0];
  const flush = () => {
    if (run.length === 0) return;
    const write = image.host.write(start, run);
    // It may fail while something else is waited for; that it did is told below.
    write.catch(() => {});
    writes.push(write);
    run = [];
  };
  try {
    for (const target of targets) {
      const { host, from, to } = target;
      const partial = target.remap && (from > 0 || to < clusterSize);
      const around = partial ? await surroundings(image, target) : null;
      const parts = data.take(to - from);
      if (around !== null) parts.unshift(around.subarray(0, from));
      if (around !== null) parts.push(around.subarray(to));
      const at = around === null ? host + from : host;
      if (at !== end) {
        flush();
        start = at;
        end = at;
      }
      for (const part of parts) {
        end += part.length;
        if (part.length > 0) run.push(part);
      }
    }
    flush();
  } finally {
    // The clusters may be given to others only when nobody writes to them any more.
    await Promise.allSettled(writes);
  }
  await Promise.all(writes);
}

/** What the rest of the cluster must hold; null: it does so already. */
async function surroundings(
  image: Qcow2Image,
  { entry, blank }: Target,
): Promise<Uint8Array | null> {
  if (entry.kind === "data" || entry.kind === "compressed") return readCluster(image, entry);
  return blank ? null : Buffer.alloc(image.geometry.clusterSize);
}

/** The data is in the file: now the L2 table may say so. */
function remap(image: Qcow2Image, targets: Target[]): void {
  const { changes, mapping } = image;
  for (let target = targets.shift(); target !== undefined; target = targets.shift()) {
    const { cluster, entry, host, taken } = target;
    try {
      mapping.change(cluster, changes, (table, index) => writeDataEntry(table, index, host));
    } catch (error) {
      targets.unshift(target);
      throw error;
    }
    if (taken) giveUpCluster(image, entry);
  }
}

/** Gives up what a guest cluster was in the file: nothing there refers to it any more. */
export function giveUpCluster(
  image: Qcow2Image,
  { offset, length }: Pick<L2Entry, "offset" | "length">,
): void {
  if (offset === 0) return;
  const { clusterSize } = image.geometry;
  const first = Math.floor(offset / clusterSize);
  const last = Math.floor((offset + Math.max(1, length) - 1) / clusterSize);
  image.giveUp(first * clusterSize, last - first + 1);
}

/** Frees what was taken for a write that failed: nothing refers to it. */
function giveBack(image: Qcow2Image, targets: readonly Target[]): void {
  for (const { host, taken } of targets) {
    if (taken) image.giveUp(host, 1);
  }
}
