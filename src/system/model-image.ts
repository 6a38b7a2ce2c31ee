/**
 * The images of a model, as bytes and as a log describes them.
 */
import { expandFill } from "../log/fill.ts";
import { describeImage } from "../log/image.ts";
import type { ImageRecord } from "../log/record.ts";
import type { ModelImage } from "./model.ts";

/** A model's image as the log describes it. */
export function describeModelImage(image: ModelImage): ImageRecord {
  return describeImage(image.filename, modelContent(image));
}

/** The bytes of a model's image. */
export function modelContent(image: ModelImage): Uint8Array {
  const content = new Uint8Array(image.length);
  for (const { offset, length, fill } of image.content) {
    content.set(expandFill(fill, length), offset);
  }
  return content;
}
