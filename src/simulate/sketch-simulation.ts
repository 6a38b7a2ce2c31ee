/**
 * A sketch in the simulator: its stores are images in memory.
 */
import { BlockgraphError } from "../error.ts";
import { MemoryStorage } from "../storage/memory.ts";
import type { Property } from "../system/property.ts";
import type { SketchDesign } from "../system/sketch.ts";
import { SKETCH_CLUSTER, storeContent, valueOfBytes } from "../system/sketch-bytes.ts";
import { SketchExecution, type SketchStep, type StoreAccess } from "../system/sketch-execution.ts";

export class SketchSimulation {
  readonly execution: SketchExecution;
  readonly #stores: ReadonlyMap<string, MemoryStorage>;

  /** @throws BlockgraphError as {@link SketchExecution} */
  constructor(design: SketchDesign, properties: readonly Property[]) {
    this.execution = new SketchExecution(design, properties);
    this.#stores = new Map(
      design.stores.map((store) => {
        const content = storeContent(design, store);
        const storage = new MemoryStorage(store.name, content.length);
        storage.execute("write", 0, content.length, content);
        return [store.name, storage];
      }),
    );
  }

  /** @throws BlockgraphError as {@link SketchExecution.take} */
  take(step: SketchStep): void {
    for (const access of this.execution.take(step)) this.#perform(access);
  }

  /** The value that a store's bytes stand for at an address; null: none. */
  value(store: string, address: number): number | null {
    const offset = address * SKETCH_CLUSTER;
    const bytes = this.#store(store).content.subarray(offset, offset + SKETCH_CLUSTER);
    return valueOfBytes(this.execution.design, bytes, address);
  }

  #perform({ store, operation, offset, length, buffer }: StoreAccess): void {
    this.#store(store).execute(operation, offset, length, buffer);
  }

  #store(name: string): MemoryStorage {
    const store = this.#stores.get(name);
    if (store !== undefined) return store;
    throw new BlockgraphError("chart-malformed", `a chart calls '${name}', which is no store`);
  }
}
