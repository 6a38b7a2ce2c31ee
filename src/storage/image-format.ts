/**
 * What a file's first bytes say of its format, so that no image of a format is taken for raw bytes.
 */
import fs from "node:fs";
import { orRefuse } from "./file-refusal.ts";

/** How images of other formats begin (QEMU block/qcow2.c, vmdk.c, vpc.c, vhdx.c, and so on). */
const MAGICS: readonly (readonly [magic: string, format: string])[] = [
  ["QFI\u00fb", "qcow2"],
  ...["KDMV", "COWD", "# Disk DescriptorFile"].map((magic) => [magic, "VMDK"] as const),
  ["conectix", "VPC"],
  ["vhdxfile", "VHDX"],
  ["QED\0", "QED"],
  ["LUKS", "LUKS"],
  ...["WithoutFreeSpace", "WithouFreSpacExt"].map((magic) => [magic, "Parallels"] as const),
  ["Bochs Virtual HD Image", "Bochs"],
  ["#!/bin/sh\n#V2.0 Format\n", "cloop"],
];
/** where an image of VDI has its number (block/vdi.c) */
const VDI_PLACE = 0x40;
const VDI_MAGIC = 0xbeda107f;

/** bytes at the beginning of a file that say what it is */
export const PROBED_BYTES = 512;

/** The format that the first bytes of a file say; null: none that is known. */
export function formatIn(head: Buffer): string | null {
  const text = head.toString("latin1");
  const found = MAGICS.find(([magic]) => text.startsWith(magic))?.[1];
  if (found !== undefined) return found;
  const isVdi = head.length >= VDI_PLACE + 4 && head.readUInt32LE(VDI_PLACE) === VDI_MAGIC;
  return isVdi ? "VDI" : null;
}

/** The first bytes of a file. @throws BlockgraphError `image-unusable` if it cannot be read */
export function headOf(path: string): Buffer {
  const fd = orRefuse(path, () => fs.openSync(path, "r"));
  try {
    const head = Buffer.alloc(PROBED_BYTES);
    const read = orRefuse(path, () => fs.readSync(fd, head, 0, head.length, 0));
    return head.subarray(0, read);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * The format that a file's first bytes say; null: none that is known.
 * @throws BlockgraphError `image-unusable` if it cannot be read
 */
export function formatOf(path: string): string | null {
  return formatIn(headOf(path));
}
