/**
 * A model and the images that a folder already holds: the model takes their lengths.
 *
 * An image that is missing gets the model's length, unless an image of the same length in the
 * model exists with another one: a cache is as long as its disk, whatever disk it is.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { BlockgraphError } from "../error.ts";
import { expandFill } from "../log/fill.ts";
import { openFile } from "../storage/file.ts";
import type { Model, ModelImage } from "../system/model.ts";

/** Longest image that can be judged: it is read whole, and Node reads no more at once. */
const IMAGE_BYTES_MAX = 2 ** 31 - 1;

/**
 * The model with the lengths that its images have, or will get, in the folder.
 * @throws BlockgraphError `image-unusable` for what is there and cannot be used; nothing is changed
 */
export function fitImages(model: Model, folder: string): Model {
  const lengths = new Map<string, number>();
  for (const { filename } of model.images) {
    const path = join(folder, filename);
    if (existsSync(path)) lengths.set(filename, lengthOf(path));
  }
  const images = model.images.map((image): ModelImage => {
    const own = lengths.get(image.filename);
    if (own !== undefined) return { ...image, length: own };
    const twins = model.images.filter(({ length }) => length === image.length);
    const twin = twins.map(({ filename }) => lengths.get(filename)).find((known) => known);
    return twin === undefined ? image : cut(image, twin);
  });
  return { ...model, images };
}

function lengthOf(path: string): number {
  const storage = openFile(path);
  storage.close();
  if (storage.length <= IMAGE_BYTES_MAX) return storage.length;
  throw new BlockgraphError(
    "image-unusable",
    `${path} has ${storage.length} bytes; blockgraph holds an image in memory to judge what is ` +
      `read and takes at most ${IMAGE_BYTES_MAX}; use a shorter one`,
  );
}

/** An image with another length; content beyond the end is left out. */
function cut(image: ModelImage, length: number): ModelImage {
  const inside = image.content.filter(({ offset }) => offset < length);
  const content = inside.map((extent) => {
    const { offset, fill } = extent;
    if (offset + extent.length <= length) return extent;
    const left = length - offset;
    if (!("deflate" in fill)) return { offset, length: left, fill };
    const bytes = expandFill(fill, extent.length).subarray(0, left);
    return { offset, length: left, fill: { deflate: deflateRawSync(bytes).toString("base64") } };
  });
  return { ...image, length, content };
}
