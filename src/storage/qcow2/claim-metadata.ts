/**
 * Before an image is opened for writing: where all its tables are, and that no two of them share a
 * cluster.
 */
import { Damage } from "./damage.ts";
import type { Geometry } from "./geometry.ts";
import type { Header } from "./header.ts";
import type { HostFile } from "./host-file.ts";
import { offsetIn } from "./l2-entry.ts";
import type { MetadataMap } from "./metadata-map.ts";
import type { Refcounts } from "./refcounts.ts";
import type { Snapshot } from "./snapshots.ts";

/** What an image has, as it was read from the file. */
export interface Claims {
  readonly host: HostFile;
  readonly header: Header;
  readonly geometry: Geometry;
  readonly l1: Buffer;
  readonly snapshots: readonly Snapshot[];
  /** bytes of the snapshot table */
  readonly length: number;
  readonly refcounts: Refcounts;
  readonly metadata: MetadataMap;
}

/**
 * Claims all tables of the image but those of bitmaps.
 *
 * @throws Damage if one is not in the file, not aligned, or overlaps with another
 */
export function claimMetadata(claims: Claims): void {
  const { header, geometry, l1, snapshots, length, refcounts } = claims;
  const { clusterSize } = geometry;
  claim(claims, "header", 0, clusterSize);
  claim(claims, "active L1 table", header.l1Offset, header.l1Entries * 8);
  const tableLength = header.refcountTableClusters * clusterSize;
  claim(claims, "refcount table", header.refcountTableOffset, tableLength);
  for (const block of refcounts.blocks) {
    if (block > 0) claim(claims, "refcount block", block, clusterSize);
  }
  for (const offset of l2Offsets(l1)) claim(claims, "active L2 table", offset, clusterSize);
  claim(claims, "snapshot table", header.snapshotsOffset, length);
  for (const { l1Offset, l1Entries } of snapshots) {
    claim(claims, "inactive L1 table", l1Offset, l1Entries * 8);
  }
  for (const { l1Offset, l1Entries } of snapshots) {
    for (const offset of l2Offsets(claims.host.readNow(l1Offset, l1Entries * 8))) {
      requireInFile(claims, "inactive L2 table", offset);
      claims.metadata.claimShared("inactive L2 table", offset);
    }
  }
}

/**
 * Requires that no cluster of a table counts as free: it would be given to somebody else.
 *
 * @throws Damage
 */
export function requireCounted(refcounts: Refcounts, metadata: MetadataMap): void {
  for (const cluster of metadata.clusters()) {
    if (refcounts.get(cluster) > 0) continue;
    const owner = metadata.ownerOf(cluster);
    throw new Damage(`host cluster ${cluster} has refcount 0 and holds the ${owner}`);
  }
}

function claim(claims: Claims, what: string, offset: number, length: number): void {
  if (length === 0) return;
  requireInFile(claims, what, offset);
  const { clusterSize } = claims.geometry;
  const end = Math.ceil(claims.host.size / clusterSize) * clusterSize;
  if (offset + length > end) throw new Damage(`the ${what} at ${offset} ends beyond the file`);
  claims.metadata.claim(what, offset, length);
}

function requireInFile({ host, geometry }: Claims, what: string, offset: number): void {
  if (offset % geometry.clusterSize !== 0)
    throw new Damage(`the ${what} at ${offset} is not aligned`);
  if (offset >= host.size) throw new Damage(`the ${what} at ${offset} is beyond the file`);
}

function* l2Offsets(l1: Buffer): Generator<number> {
  for (let at = 0; at < l1.length; at += 8) {
    const offset = offsetIn(l1.readUInt32BE(at), l1.readUInt32BE(at + 4));
    if (offset > 0) yield offset;
  }
}
