/**
 * A sketch on real images: every store is one, named after it.
 *
 * One access at a time: the next one begins when the one before has ended, so that the images see
 * exactly the order in which steps are taken.
 */
import { BlockgraphError } from "../error.ts";
import type { Property } from "../system/property.ts";
import type { SketchDesign } from "../system/sketch.ts";
import { imageNameOf, SKETCH_CLUSTER, valueOfBytes } from "../system/sketch-bytes.ts";
import { SketchExecution, type SketchStep, type StoreAccess } from "../system/sketch-execution.ts";
import type { ImageSet, RunImage } from "./image-set.ts";

export class SketchRun {
  readonly execution: SketchExecution;
  readonly #images: ImageSet;

  /**
   * @param images by file name, with the content that the stores have at the beginning; whoever
   *   opened them closes them
   * @throws BlockgraphError as {@link SketchExecution}
   */
  constructor(design: SketchDesign, properties: readonly Property[], images: ImageSet) {
    this.execution = new SketchExecution(design, properties);
    this.#images = images;
  }

  /**
   * @throws BlockgraphError as {@link SketchExecution.take}; `image-unusable` if an image fails,
   *   and then the run is over
   */
  async take(step: SketchStep): Promise<void> {
    for (const access of this.execution.take(step)) await this.#perform(access);
  }

  /** The value that a store's bytes stand for at an address; null: none. */
  value(store: string, address: number): number | null {
    const offset = address * SKETCH_CLUSTER;
    const bytes = this.#image(store)
      .read()
      .subarray(offset, offset + SKETCH_CLUSTER);
    return valueOfBytes(this.execution.design, bytes, address);
  }

  #perform({ store, operation, offset, length, buffer }: StoreAccess): Promise<void> {
    const { storage } = this.#image(store);
    return new Promise((resolve, reject) => {
      storage.submit({
        operation,
        offset,
        length,
        buffer,
        done: ({ errno }) => {
          if (errno === null) resolve();
          else reject(failure(storage.name, operation, offset, errno));
        },
      });
      storage.kick();
    });
  }

  #image(store: string): RunImage {
    const image = this.#images.get(imageNameOf(store));
    if (image !== undefined) return image;
    throw new BlockgraphError("chart-malformed", `a chart calls '${store}', which is no store`);
  }
}

function failure(name: string, operation: string, offset: number, errno: string): BlockgraphError {
  return new BlockgraphError(
    "image-unusable",
    `${name}: a ${operation} at byte ${offset} failed with ${errno}; use another folder`,
  );
}
