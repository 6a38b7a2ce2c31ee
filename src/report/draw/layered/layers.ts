/**
 * Layers of a graph: every item below all that point at it, by the length of the longest way down;
 * and further down where a layer is full, so that a thousand leaves are no line of a thousand boxes
 * (after Coffman and Graham).
 *
 * Ways that lead back to where they began are turned round first, so that there is a top. Whoever
 * nobody points at is put as low as it can be: right above what it uses.
 */

/** From one item to another, by their numbers. */
export interface Arrow {
  readonly from: number;
  readonly to: number;
}

export interface Layers {
  /** for every item its layer, from 0 at the top */
  readonly layerOf: readonly number[];
  /** arrows that lead up, or to the layer that they begin in: they close a loop */
  readonly backwards: ReadonlySet<Arrow>;
}

/**
 * @param widths of all items
 * @param most how wide all items of a layer may be together, unless there is but one
 */
export function layersOf(
  widths: readonly number[],
  arrows: readonly Arrow[],
  most: number,
): Layers {
  const size = widths.length;
  const backwards = closingLoops(size, arrows);
  const down = arrows.filter((arrow) => !backwards.has(arrow));
  const layerOf = longestWays(widths, down, most);
  const used = new Array<boolean>(size).fill(false);
  const highest = new Array<number>(size).fill(Number.POSITIVE_INFINITY);
  for (const { from, to } of down) {
    used[to] = true;
    highest[from] = Math.min(highest[from] ?? 0, layerOf[to] ?? 0);
  }
  return {
    layerOf: layerOf.map((layer, item) => {
      const below = highest[item] ?? Number.POSITIVE_INFINITY;
      return used[item] === true || !Number.isFinite(below) ? layer : below - 1;
    }),
    backwards,
  };
}

/** Arrows that lead to an item from which they can be reached, found depth first. */
function closingLoops(size: number, arrows: readonly Arrow[]): Set<Arrow> {
  const leaving = Array.from({ length: size }, (): Arrow[] => []);
  for (const arrow of arrows) leaving[arrow.from]?.push(arrow);
  const state = new Array<"new" | "open" | "done">(size).fill("new");
  const closing = new Set<Arrow>();
  // With a stack of its own: chains may be longer than the machine's.
  for (let root = 0; root < size; root++) {
    if (state[root] !== "new") continue;
    state[root] = "open";
    const way = [{ item: root, next: 0 }];
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const arrow = leaving[top.item]?.[top.next++];
      if (arrow === undefined) {
        state[top.item] = "done";
        way.pop();
      } else if (state[arrow.to] === "open") closing.add(arrow);
      else if (state[arrow.to] === "new") {
        state[arrow.to] = "open";
        way.push({ item: arrow.to, next: 0 });
      }
    }
  }
  return closing;
}

/** The longest way down to each item, in an order in which nobody comes before who points at it. */
function longestWays(widths: readonly number[], arrows: readonly Arrow[], most: number): number[] {
  const size = widths.length;
  const taken: number[] = [];
  const leaving = Array.from({ length: size }, (): number[] => []);
  const awaited = new Array<number>(size).fill(0);
  for (const { from, to } of arrows) {
    leaving[from]?.push(to);
    awaited[to] = (awaited[to] ?? 0) + 1;
  }
  const layers = new Array<number>(size).fill(0);
  const ready = [...layers.keys()].filter((item) => awaited[item] === 0);
  for (let at = 0; at < ready.length; at++) {
    const item = ready[at] ?? 0;
    const width = widths[item] ?? 0;
    let layer = layers[item] ?? 0;
    while ((taken[layer] ?? 0) > 0 && (taken[layer] ?? 0) + width > most) layer++;
    layers[item] = layer;
    taken[layer] = (taken[layer] ?? 0) + width;
    for (const below of leaving[item] ?? []) {
      layers[below] = Math.max(layers[below] ?? 0, layer + 1);
      awaited[below] = (awaited[below] ?? 0) - 1;
      if (awaited[below] === 0) ready.push(below);
    }
  }
  return layers;
}
