/**
 * What an image of a live graph is, as people and programs are told (QAPI `ImageInfo`).
 */
import fs from "node:fs";
import type { JsonObject } from "../graph/graph.ts";
import { allocatedBytes } from "../storage/allocated-bytes.ts";
import {
  COMPATIBLE_LAZY_REFCOUNTS,
  INCOMPATIBLE_CORRUPT,
  INCOMPATIBLE_DIRTY,
} from "../storage/qcow2/header.ts";
import type { Qcow2Storage } from "../storage/qcow2/open.ts";

export interface ImageTold {
  /** bytes that its file has, and takes; null: it is gone */
  readonly file: { readonly length: number; readonly allocated: number } | null;
  /** of the format; null: its bytes are taken as they are */
  readonly header: HeaderTold | null;
}

export interface HeaderTold {
  readonly clusterSize: number;
  /** whether its refcounts are to be made anew, as it was not closed */
  readonly dirty: boolean;
  /** QAPI `ImageInfoSpecificQCow2` */
  readonly specific: JsonObject;
  /** the backing file in its own words; null: it names none */
  readonly backing: { readonly file: string; readonly format: string | null } | null;
}

/** How large a file is now. */
export function fileTold(path: string): ImageTold["file"] {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : { length: stat.size, allocated: allocatedBytes(stat) };
}

/** @param writable whether it was opened to be written: then its refcounts are exact */
export function headerTold({ header, bitmaps }: Qcow2Storage, writable: boolean): HeaderTold {
  const { version, clusterBits, compatible, incompatible, compression, refcountOrder } = header;
  const stored = bitmaps.list.map(({ name, granularity, enabled, inconsistent }) => ({
    flags: [...(inconsistent || bitmaps.inUse ? ["in-use"] : []), ...(enabled ? ["auto"] : [])],
    name,
    granularity,
  }));
  const latest = {
    "lazy-refcounts": (compatible & COMPATIBLE_LAZY_REFCOUNTS) !== 0n,
    ...(stored.length > 0 && { bitmaps: stored }),
    corrupt: (incompatible & INCOMPATIBLE_CORRUPT) !== 0n,
    "extended-l2": false,
  };
  const data = {
    compat: version === 2 ? "0.10" : "1.1",
    "compression-type": compression,
    "refcount-bits": 2 ** refcountOrder,
    ...(version === 3 && latest),
  };
  return {
    clusterSize: 2 ** clusterBits,
    dirty: !writable && (incompatible & INCOMPATIBLE_DIRTY) !== 0n,
    specific: { type: "qcow2", data },
    backing: header.backing,
  };
}
