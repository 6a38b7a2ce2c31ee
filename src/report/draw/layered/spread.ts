/**
 * Where every item of a layer stands: as near as possible to the middle of those that it is
 * connected with, never on another, and no further out than the widest layer needs.
 */
import type { Item } from "./order.ts";

/** the last one is upwards: parents stand above the middle of their children */
const PASSES = 12;

/** @returns for every item the point across of its middle, from 0 on */
export function spreadLayers(layers: readonly (readonly Item[])[]): ReadonlyMap<Item, number> {
  const middles = new Map<Item, number>();
  const room = layers.reduce((most, layer) => Math.max(most, widthOf(layer)), 0);
  for (const layer of layers) spread(layer, middles, () => room / 2, room);
  for (let pass = 0; pass < PASSES; pass++) {
    const upwards = pass % 2 === 1;
    for (const layer of upwards ? layers.toReversed() : layers) {
      spread(
        layer,
        middles,
        (item) => wish(item, upwards ? item.below : item.above, middles),
        room,
      );
    }
  }
  return middles;
}

function widthOf(layer: readonly Item[]): number {
  return layer.reduce((sum, { width }) => sum + width, 0);
}

function wish(item: Item, near: readonly Item[], middles: ReadonlyMap<Item, number>): number {
  if (near.length === 0) return middles.get(item) ?? 0;
  return near.reduce((sum, each) => sum + (middles.get(each) ?? 0), 0) / near.length;
}

/**
 * Puts a layer where it wants to be, as far as the neighbours allow: the mean of pushing everybody
 * to the right and of pushing everybody to the left. In both nobody overlaps, so nobody does.
 */
function spread(
  layer: readonly Item[],
  middles: Map<Item, number>,
  wanted: (item: Item) => number,
  room: number,
): void {
  const wishes = layer.map(wanted);
  const [right, left] = [
    notAfter(layer, notBefore(layer, wishes), room),
    notBefore(layer, notAfter(layer, wishes, room)),
  ];
  for (const [index, item] of layer.entries()) {
    middles.set(item, ((right[index] ?? 0) + (left[index] ?? 0)) / 2);
  }
}

/** Pushes to the right whoever would stand on its neighbour, or before the beginning. */
function notBefore(layer: readonly Item[], wishes: readonly number[]): number[] {
  let free = 0;
  return layer.map(({ width }, index) => {
    const middle = Math.max(wishes[index] ?? 0, free + width / 2);
    free = middle + width / 2;
    return middle;
  });
}

/** The same to the left, and the end. */
function notAfter(layer: readonly Item[], wishes: readonly number[], room: number): number[] {
  const middles = [...wishes];
  let end = room;
  for (const [index, { width }] of [...layer.entries()].reverse()) {
    const middle = Math.min(middles[index] ?? 0, end - width / 2);
    end = middle - width / 2;
    middles[index] = middle;
  }
  return middles;
}
