/**
 * The order within each layer: by the mean position of those above, then of those below, back and
 * forth a few times. It is the usual way to few crossings, and always gives the same.
 */

/** Something that has a place in a layer: a box, or where a line passes through. */
export interface Item {
  /** points that it takes, the gap to its neighbours included */
  readonly width: number;
  readonly above: Item[];
  readonly below: Item[];
  /** position in its layer */
  position: number;
}

const SWEEPS = 6;

/** Puts the items of every layer in order, and numbers them. */
export function orderLayers(layers: Item[][]): void {
  for (const layer of layers) number(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of layers) sortBy(layer, ({ above }) => above);
    for (const layer of layers.toReversed()) sortBy(layer, ({ below }) => below);
  }
}

function sortBy(layer: Item[], neighbours: (item: Item) => readonly Item[]): void {
  const means = new Map(layer.map((item) => [item, mean(item, neighbours(item))]));
  layer.sort((one, other) => (means.get(one) ?? 0) - (means.get(other) ?? 0));
  number(layer);
}

function mean(item: Item, near: readonly Item[]): number {
  if (near.length === 0) return item.position;
  return near.reduce((sum, { position }) => sum + position, 0) / near.length;
}

function number(layer: readonly Item[]): void {
  for (const [position, item] of layer.entries()) item.position = position;
}
