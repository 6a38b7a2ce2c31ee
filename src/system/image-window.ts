/**
 * Where a node's content is: in a window of an image, or in layers.
 *
 * A node with a backing file is an overlay: what it does not have itself is its backing file's. Its
 * layers are known by the image of the top one, in which a byte stands where it does in the node.
 *
 * Limits: layers are unknown, and nothing that is found there is judged, where somebody may write
 * below the top one but through it (standing-backing.ts), where an overlay's own file is layered
 * itself, and where a view lies behind. That two nodes have opened one image is not noticed.
 */
import { passThrough } from "../chart/pass-through.ts";
import type { SystemNode } from "./system.ts";

/** A window of an image, or of the layers of which that is the top one. */
export interface ImageWindow {
  readonly image: string;
  /** byte of the image that is byte 0 of the window */
  readonly shift: number;
  /** null: all of it is in the image */
  readonly overlay: Overlay | null;
}

/** What decides which layer a byte of an image is shown from. */
export interface Overlay {
  /** the node that knows which clusters are its own */
  readonly node: string;
  /** byte of the image that is byte 0 of that node */
  readonly shift: number;
  /** what it shows of the others: byte 0 is byte 0 of the node */
  readonly backing: ImageWindow;
}

/** Bytes of an image: where a window begins, and how long it is. */
export interface Stretch extends ImageWindow {
  readonly length: number;
}

/** What a node shows, down the chain of primary children; null if that is no image, or unknown. */
export function imageBelow(node: SystemNode): ImageWindow | null {
  if (node.image !== null) return { image: node.image, shift: node.shift, overlay: null };
  const below = node.primary === null ? null : imageBelow(node.primary);
  if (below === null) return null;
  const shift = below.shift + node.shift;
  if (node.backing === null) return { ...below, shift };
  if (below.overlay !== null || !node.backingStands || isView(node.backing)) return null;
  const backing = imageBelow(node.backing);
  if (backing === null) return null;
  return { image: below.image, shift, overlay: { node: node.name, shift, backing } };
}

/** Whether a node shows the point in time of a filter below it. */
function isView({ requests, primary }: SystemNode): boolean {
  const read = requests.get("read");
  if (read !== undefined && passThrough(read)?.operation === "snapshot-read") return true;
  return primary !== null && isView(primary);
}

type Nodes = ReadonlyMap<string, { readonly description: SystemNode }>;

/** The parts of images that are shown together with what lies behind them, by image. */
export function layersIn(nodes: Nodes): Map<string, Stretch> {
  const layers = new Map<string, Stretch>();
  for (const { description } of nodes.values()) {
    if (description.backing === null) continue;
    const window = imageBelow(description);
    if (window !== null) layers.set(window.image, { ...window, length: description.length });
  }
  return layers;
}

/** Whether a window shows the file of an overlay without what lies behind it. */
export function isOwnFileOnly({ image, overlay }: ImageWindow, nodes: Nodes): boolean {
  return [...nodes.values()].some(({ description: { name, primary, backing } }) => {
    if (backing === null || primary === null || overlay?.node === name) return false;
    return imageBelow(primary)?.image === image;
  });
}

/** The images whose layers are others now. Those that were the top of some and are not, too. */
export function changedLayers(
  before: ReadonlyMap<string, Stretch>,
  after: ReadonlyMap<string, Stretch>,
): string[] {
  const said = (layers: ReadonlyMap<string, Stretch>, image: string) =>
    JSON.stringify(layers.get(image) ?? null);
  const images = new Set([...before.keys(), ...after.keys()]);
  return [...images].filter((image) => said(before, image) !== said(after, image));
}
