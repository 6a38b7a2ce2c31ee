/**
 * The images that a log is about: given as files, found in a folder, or made from the log.
 *
 * Whatever file is used must be the image that the log begins with, to the byte. Of a qcow2 image
 * that is the disk that it shows (`qemu-img convert -O raw`), where that is its own.
 */
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { BlockgraphError } from "../error.ts";
import { hasher } from "../log/chain.ts";
import { fileAction } from "../log/file-problem.ts";
import type { ImageRecord } from "../log/record.ts";
import { type ImageSet, imagesInFolder } from "../run/image-set.ts";

/** Files by the name of the image that each is. */
export type GivenImages = ReadonlyMap<string, string>;

/**
 * Reads the images that are given.
 * @throws BlockgraphError `log-mismatch` for a file that is not the image that the log says
 */
export function readGiven(
  images: readonly ImageRecord[],
  given: GivenImages,
): Map<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  for (const [filename, path] of given) {
    const image = images.find((candidate) => candidate.filename === filename);
    if (image === undefined) {
      const known = images.map((candidate) => candidate.filename).join(", ") || "none";
      throw new BlockgraphError(
        "bad-argument",
        `--image ${filename}=${path}: the log has no such image; it has: ${known}`,
      );
    }
    contents.set(filename, checkedContent(path, image));
  }
  return contents;
}

/**
 * Opens the log's images in a folder; those that are missing are made.
 * @throws BlockgraphError `log-mismatch` for a file that is not the image that the log begins with;
 * nothing has been made or changed then
 */
export function openInFolder(
  folder: string,
  images: readonly ImageRecord[],
  given: GivenImages,
): ImageSet {
  readGiven(images, given);
  for (const image of images) {
    const { filename, extents, digest } = image;
    requirePlainName(filename);
    const path = join(folder, filename);
    if (existsSync(path)) checkedContent(path, image);
    else if (extents === null && !given.has(filename)) {
      throw new BlockgraphError(
        "log-mismatch",
        `image ${filename} was too large to be carried in the log; ` +
          `give it with --image ${filename}=FILE (XXH64 ${digest})`,
      );
    }
  }
  const made = images.map(({ filename, length, extents }) => ({
    filename,
    length,
    content: extents ?? [],
  }));
  imagesInFolder(folder, []);
  for (const [filename, source] of given) {
    const path = join(folder, filename);
    if (existsSync(path)) continue;
    fileAction(path, "cannot be made", () => copyFileSync(source, path));
  }
  return imagesInFolder(folder, made);
}

function checkedContent(path: string, image: ImageRecord): Uint8Array {
  const content = ownPart(
    fileAction(path, "cannot be read", () => readFileSync(path)),
    image,
  );
  const remedy = "restore it, or name another folder or file";
  if (content.length !== image.length) {
    const problem = `has ${content.length} bytes, the log's ${image.filename} ${image.length}`;
    throw new BlockgraphError("log-mismatch", `${path} ${problem}; ${remedy}`);
  }
  if (hasher.digest(content) === image.digest) return content;
  throw new BlockgraphError(
    "log-mismatch",
    `${path} is not the image that the log begins with (XXH64 ${hasher.digest(content)}, ` +
      `the log says ${image.digest}); ${remedy}`,
  );
}

/** Where a backing file shows, a copy of what is shown has its bytes, and the image has none. */
function ownPart(content: Buffer, { format }: ImageRecord): Buffer {
  if (format === undefined) return content;
  const own = Buffer.alloc(content.length);
  for (const { offset, length } of format.own) {
    content.copy(own, offset, offset, offset + length);
  }
  return own;
}

/** A log comes from anywhere: it may not name files outside of the folder. */
function requirePlainName(filename: string): void {
  if (basename(filename) === filename && filename !== "." && filename !== "..") return;
  throw new BlockgraphError(
    "log-mismatch",
    `the log names an image '${filename}', which is no plain file name, and such are not made; ` +
      "replay it with --on sim",
  );
}
