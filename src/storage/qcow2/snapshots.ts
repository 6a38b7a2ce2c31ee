/**
 * The table of internal snapshots: each has an L1 table of its own, and shares with the others what
 * none of them has changed since (QEMU docs/interop/qcow2.rst, "Snapshots").
 */
import { unusable } from "./damage.ts";
import type { Header } from "./header.ts";
import type { HostFile } from "./host-file.ts";
import { L1_TABLE_MAX } from "./mapping.ts";

const ENTRY = 40;
/** bytes; QEMU's limits as well */
const EXTRA_MAX = 1024;
const TABLE_MAX = 64 * 1024 * 1024;

export interface Snapshot {
  readonly id: string;
  readonly name: string;
  readonly l1Offset: number;
  readonly l1Entries: number;
  /** of the disk when the snapshot was made, in bytes; null: not said */
  readonly diskSize: number | null;
}

/** All snapshots, and how many bytes their table has. */
export interface SnapshotTable {
  readonly snapshots: readonly Snapshot[];
  readonly length: number;
}

/**
 * @param name of the image, for messages
 * @throws BlockgraphError `image-unusable` if the table is malformed or not in the file
 */
export function readSnapshots(host: HostFile, header: Header, name: string): SnapshotTable {
  const { snapshotCount, snapshotsOffset } = header;
  const snapshots: Snapshot[] = [];
  let at = snapshotsOffset;
  for (let index = 0; index < snapshotCount; index++) {
    const fixed = part(host, name, at, ENTRY);
    const l1Entries = fixed.readUInt32BE(8);
    const [idLength, nameLength] = [fixed.readUInt16BE(12), fixed.readUInt16BE(14)];
    const extraLength = fixed.readUInt32BE(36);
    if (extraLength > EXTRA_MAX) throw unusable(name, "a snapshot table entry has too much data");
    if (l1Entries * 8 > L1_TABLE_MAX) throw unusable(name, "Snapshot L1 table too large");
    const rest = part(host, name, at + ENTRY, extraLength + idLength + nameLength);
    const names = rest.subarray(extraLength);
    snapshots.push({
      id: names.toString("utf8", 0, idLength),
      name: names.toString("utf8", idLength),
      l1Offset: Number(fixed.readBigUInt64BE(0)),
      l1Entries,
      diskSize: extraLength >= 16 ? Number(rest.readBigUInt64BE(8)) : null,
    });
    at += Math.ceil((ENTRY + rest.length) / 8) * 8;
    if (at - snapshotsOffset > TABLE_MAX) throw unusable(name, "Snapshot table too large");
  }
  return { snapshots, length: at - snapshotsOffset };
}

function part(host: HostFile, name: string, offset: number, length: number): Buffer {
  if (offset + length > host.size) throw unusable(name, "the snapshot table ends beyond the file");
  return host.readNow(offset, length);
}
