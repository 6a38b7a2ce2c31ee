/**
 * The images of a model, as bytes and as a log describes them.
 */
import { expandFill } from "../log/fill.ts";
import { describeImage } from "../log/image.ts";
import type { ImageRecord } from "../log/record.ts";
import type { ModelImage } from "./model.ts";

/** Images never change, so each is described once, however often its model is begun. */
const described = new WeakMap<ModelImage, ImageRecord>();

/** A model's image as the log describes it. */
export function describeModelImage(image: ModelImage): ImageRecord {
  const known = described.get(image);
  if (known !== undefined) return known;
  const record = describeImage(image.filename, modelContent(image));
  described.set(image, record);
  return record;
}

/** The bytes of a model's image. */
export function modelContent(image: ModelImage): Uint8Array {
  const content = new Uint8Array(image.length);
  for (const { offset, length, fill } of image.content) {
    content.set(expandFill(fill, length), offset);
  }
  return content;
}
