/**
 * What a file's first bytes say of its format, so that no image of a format is taken for raw bytes.
 */
import fs from "node:fs";
import { orRefuse } from "./file-refusal.ts";

/** How images of other formats begin (QEMU block/qcow2.c, vmdk.c, vpc.c, vhdx.c, qed.c, luks). */
const MAGICS: readonly (readonly [string, string])[] = [
  ["QFI\u00fb", "qcow2"],
  ["KDMV", "VMDK"],
  ["conectix", "VPC"],
  ["vhdxfile", "VHDX"],
  ["QED\0", "QED"],
  ["LUKS", "LUKS"],
];

/**
 * The format that a file's first bytes say; null: none that is known.
 * @throws BlockgraphError `image-unusable` if it cannot be read
 */
export function formatOf(path: string): string | null {
  const fd = orRefuse(path, () => fs.openSync(path, "r"));
  try {
    const head = Buffer.alloc(8);
    orRefuse(path, () => fs.readSync(fd, head, 0, head.length, 0));
    const text = head.toString("latin1");
    return MAGICS.find(([magic]) => text.startsWith(magic))?.[1] ?? null;
  } finally {
    fs.closeSync(fd);
  }
}
