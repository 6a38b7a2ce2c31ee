/**
 * A folder with the images that daemons work on; each daemon gets a copy.
 *
 * Raw images are made anew each time, as holes: that is faster than to copy them, and the daemons
 * of a long comparison come and go by the thousand.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlockgraphError } from "../error.ts";
import { fileLengthOf, RANDOM_IMAGES, type RandomImage } from "./random-images.ts";

export class ImageFolder {
  readonly #template: string;

  /** @param qemuImg the program that makes qcow2 images */
  constructor(qemuImg = "qemu-img") {
    this.#template = mkdtempSync(join(tmpdir(), "blockgraph-conform-"));
    try {
      for (const image of RANDOM_IMAGES) make(image, this.#template, qemuImg);
    } catch {
      this.remove();
      throw new BlockgraphError(
        "bad-argument",
        `${qemuImg} does not make images; install Debian's qemu-utils`,
      );
    }
  }

  /** Lets `use` work in a copy, which is gone afterwards. */
  async using<T>(use: (folder: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), "blockgraph-conform-"));
    try {
      for (const image of RANDOM_IMAGES) {
        const { filename, format } = image;
        if (format === "raw") makeRaw(image, folder);
        else copyFileSync(join(this.#template, filename), join(folder, filename));
      }
      return await use(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  remove(): void {
    rmSync(this.#template, { recursive: true, force: true });
  }
}

function make(image: RandomImage, cwd: string, qemuImg: string): void {
  const { filename, size, format, backing } = image;
  if (format === "raw") {
    makeRaw(image, cwd);
    return;
  }
  const below = backing === null ? [] : ["-b", backing, "-F", "raw"];
  const args = ["create", "-q", "-f", format, ...below, filename, String(size)];
  execFileSync(qemuImg, args, { cwd });
  truncateSync(join(cwd, filename), fileLengthOf(image));
}

function makeRaw(image: RandomImage, folder: string): void {
  const path = join(folder, image.filename);
  writeFileSync(path, "");
  truncateSync(path, fileLengthOf(image));
}
