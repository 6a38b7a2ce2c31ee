/**
 * Maps of images: whose data each cluster holds, so that a wrong byte can be seen.
 */
import type { ImageCall } from "../../system/frame.ts";
import { CHANGING_OPERATIONS } from "../../vocabulary.ts";
import type { DataTags } from "./data-tags.ts";
import { type MapSheets, type Sheet, SQUARES_MAX } from "./map-sheets.ts";

/** An image, and its bytes as they are at any time. */
export interface ShownImage {
  readonly filename: string;
  readonly content: Uint8Array;
}

/** Id of the map of an image. */
export function imageMapId(filename: string): string {
  return `image ${filename}`;
}

/** Whether that is the id of such a map. */
export function isImageMap(id: string): boolean {
  return id.startsWith("image ");
}

export class ImageMaps {
  /** images that are too long for a map */
  readonly leftOut: string[] = [];
  readonly #sheets: MapSheets;
  readonly #tags: DataTags;
  readonly #clusterSize: number;
  readonly #images = new Map<string, { readonly image: ShownImage; readonly sheet: Sheet }>();

  /** @param clusterSize bytes of a square */
  constructor(sheets: MapSheets, tags: DataTags, clusterSize: number, images: ShownImage[]) {
    this.#sheets = sheets;
    this.#tags = tags;
    this.#clusterSize = clusterSize;
    for (const image of images) {
      if (image.content.length > clusterSize * SQUARES_MAX) this.leftOut.push(image.filename);
      else tags.addFirst(image.filename, new Uint8Array(image.content));
    }
    for (const image of images) {
      const { filename, content } = image;
      if (this.leftOut.includes(filename)) continue;
      const sheet = sheets.sheet(imageMapId(filename), `${filename}: data`, clusterSize);
      this.#images.set(filename, { image, sheet });
      const count = Math.ceil(content.length / clusterSize);
      for (let square = 0; square < count; square++) {
        sheets.begin(sheet, square, this.#stateOf(image, sheet, square));
      }
    }
  }

  /** Whether there is a map of it. */
  has(filename: string): boolean {
    return this.#images.has(filename);
  }

  /** The squares of an image in which some bytes are. */
  squares(offset: number, length: number): number[] {
    const first = Math.floor(offset / this.#clusterSize);
    const end = Math.ceil((offset + length) / this.#clusterSize);
    return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  }

  /** An image has done what it was asked for. */
  answered({ image: filename, operation, offset, length }: ImageCall): void {
    const shown = this.#images.get(filename);
    if (shown === undefined || !CHANGING_OPERATIONS.has(operation)) return;
    const { image, sheet } = shown;
    for (const square of this.squares(offset, length)) {
      if (square * this.#clusterSize >= image.content.length) break;
      this.#sheets.set(sheet, square, this.#stateOf(image, sheet, square));
    }
  }

  #stateOf({ content }: ShownImage, { names }: Sheet, square: number): number {
    const offset = square * this.#clusterSize;
    const tag = this.#tags.tag(content.subarray(offset, offset + this.#clusterSize), offset);
    return names.position(tag.name, tag);
  }
}
