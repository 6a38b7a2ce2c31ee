/**
 * What an image says of its backing file, changed in place (QEMU block/qcow2.c,
 * `qcow2_change_backing_file`). The disk stays what it is: whoever changes this must know that the
 * new file has the same where the image itself has nothing.
 *
 * Everything that follows the fields of the header is written anew, and then the two fields that
 * say where the name is. A crash between the two can leave a name that is cut off or mixed up; QEMU
 * writes the whole cluster at once, of which a crash can leave a part as well.
 */
import fs from "node:fs";
import { basename } from "node:path";
import { orRefuse } from "../file-refusal.ts";
import { orUnusable, unusable } from "./damage.ts";
import { backingFormat, encodeExtensions } from "./encode-header.ts";
import { EXTENSION_BACKING_FORMAT, readHeader } from "./header.ts";
import { type HostFile, OpenedFile, SYNC } from "./host-file.ts";

export interface BackingFile {
  /** as it is to stand there; a relative name is meant from where the image is */
  readonly file: string;
  readonly format: string;
}

/** bytes of a name, by the specification */
const NAME_MAX = 1023;
/** where the header says at which byte the name begins, and how long it is; the length is behind */
const NAME_FIELDS = 8;

/**
 * @param path of the image, which may be open for writing meanwhile
 * @param backing null: it has none any more
 * @throws BlockgraphError `image-unusable`: no such image, or the name does not fit
 */
export function changeBacking(path: string, backing: BackingFile | null): void {
  const host = new OpenedFile(orRefuse(path, () => fs.openSync(path, fs.constants.O_RDWR)));
  try {
    orUnusable(basename(path), () => writeBacking(host, basename(path), backing));
  } finally {
    host.close();
  }
}

function writeBacking(host: HostFile, name: string, backing: BackingFile | null): void {
  const { extensions, fields, clusterBits } = readHeader(host, name);
  const others = extensions.filter(({ type }) => type !== EXTENSION_BACKING_FORMAT);
  const format = backing === null ? [] : [backingFormat(backing.format)];
  const { bytes, nameAt } = encodeExtensions([...format, ...others], backing?.file ?? null);
  const room = 2 ** clusterBits - fields.length;
  if (bytes.length > room || bytes.length - nameAt > NAME_MAX) {
    throw unusable(
      name,
      "the backing file's name does not fit into the header: give a shorter one",
    );
  }
  const where = Buffer.alloc(12);
  if (backing !== null) {
    where.writeBigUInt64BE(BigInt(fields.length + nameAt), 0);
    where.writeUInt32BE(bytes.length - nameAt, 8);
  }
  host.stepNow({ kind: "write", offset: fields.length, bytes });
  host.stepNow({ kind: "write", offset: NAME_FIELDS, bytes: where });
  host.stepNow(SYNC);
}
