/**
 * Who gives numbers to what a model's images and scripts put into cells: equal numbers, equal
 * bytes.
 */
import type { Fill } from "../../../log/record.ts";
import type { ImageWindow } from "../../../system/image-window.ts";
import type { Model } from "../../../system/model.ts";
import type { Geometry } from "./geometry.ts";

export class Contents {
  readonly images = new Map<string, readonly number[]>();
  /** values given so far */
  values = 1;
  readonly #model: Model;
  readonly #geometry: Geometry;
  readonly #written = new Map<number, string[]>();
  readonly #firstWritten: number;

  constructor(model: Model, geometry: Geometry) {
    this.#model = model;
    this.#geometry = geometry;
    const given = new Map<string, number>();
    for (const { filename, length, content } of model.images) {
      const cells = new Array<number>(geometry.cells(length)).fill(0);
      const filled = content.filter(({ fill }) => !isZero(fill));
      // Images that are filled alike are copies of each other.
      const value = given.get(JSON.stringify(filled)) ?? this.values;
      for (const { offset, length: bytes } of filled) {
        cells.fill(value, geometry.cells(offset), geometry.cells(offset + bytes));
      }
      this.images.set(filename, cells);
      given.set(JSON.stringify(filled), value);
      if (cells.includes(this.values)) this.values++;
    }
    this.#firstWritten = this.values;
  }

  /**
   * The value of a fill at a cell of an image.
   * @param index the cell's place in the request
   * @param window what the request is of; null: unknown
   */
  valueOf(fill: Fill, cell: number, index: number, window: ImageWindow | null): number {
    if (isZero(fill)) return 0;
    const isByte = "byte" in fill;
    const known = isByte ? this.#original(fill, cell, window) : 0;
    if (known > 0) return known;
    const key = isByte ? JSON.stringify(fill) : `${JSON.stringify(fill)} ${index}`;
    const written = this.#written.get(cell) ?? [];
    this.#written.set(cell, written);
    const at = written.includes(key) ? written.indexOf(key) : written.push(key) - 1;
    this.values = Math.max(this.values, this.#firstWritten + at + 1);
    return this.#firstWritten + at;
  }

  /** The value that a layer held at the beginning, if it was filled alike; else 0. */
  #original(fill: Fill, cell: number, window: ImageWindow | null): number {
    if (window === null) return 0;
    const { image, overlay } = window;
    const byte = this.#geometry.byte(cell);
    const original = this.#model.images
      .find(({ filename }) => filename === image)
      ?.content.findLast(({ offset, length }) => offset <= byte && byte < offset + length);
    const known = this.images.get(image)?.[cell] ?? 0;
    if (known > 0 && sameFill(original?.fill, fill)) return known;
    if (overlay === null) return 0;
    const behind = cell - this.#geometry.cells(overlay.shift);
    const { backing } = overlay;
    return this.#original(fill, behind + this.#geometry.cells(backing.shift), backing);
  }
}

function isZero(fill: Fill): boolean {
  return "byte" in fill && fill.byte === 0;
}

function sameFill(one: Fill | undefined, other: Fill): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
