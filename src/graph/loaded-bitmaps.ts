/**
 * Persistent bitmaps come with an image: whoever opens a node on it finds them (QEMU
 * block/qcow2-bitmap.c, `qcow2_load_dirty_bitmaps`), and what an image can keep
 * (`qcow2_co_can_store_new_dirty_bitmap`).
 *
 * What they have recorded the graph does not know (dirty-bitmap.ts). A bitmap that is marked as in
 * use in the image is inconsistent: it is there to be removed.
 *
 * Limits: a node that is opened inactive has none, also when it is activated.
 */
import type { CommandContext } from "./command.ts";
import type { DirtyBitmap, Graph, GraphNode } from "./graph.ts";
import { imageBelow } from "./length.ts";
import { refuse } from "./refuse.ts";
import { shapeOf } from "./shape-of.ts";

type Context = Pick<CommandContext, "drivers" | "profile" | "images">;

/** bytes of a name (`BME_MAX_NAME_SIZE`, `BDRV_BITMAP_MAX_NAME_SIZE`) */
export const BITMAP_NAME_MAX = 1023;

/** The bitmaps of a node that has just been opened. */
export function loadedBitmaps(
  graph: Graph,
  node: GraphNode,
  context: Context,
): ReadonlyMap<string, DirtyBitmap> {
  const { storesBitmaps = false } = shapeOf(node.driver, context.drivers);
  if (!storesBitmaps || node.inactive) return node.bitmaps;
  const found = imageBelow(graph, node, context)?.header?.bitmaps ?? [];
  return new Map(
    found.map(({ name, granularity, enabled, inconsistent }) => [
      name,
      {
        ...{ granularity, length: node.length, enabled: enabled && !inconsistent },
        ...{ persistent: true, stored: node.readOnly, inconsistent, job: null },
      },
    ]),
  );
}

/** @throws BlockgraphError `graph-refused` if the image of a node cannot keep a new bitmap */
export function requireStorable(
  graph: Graph,
  node: GraphNode,
  name: string,
  context: Context,
): void {
  if (shapeOf(node.driver, context.drivers).storesBitmaps !== true) {
    throw refuse(`Can't store persistent bitmaps to ${node.name}: Operation not supported`);
  }
  const cannot = (text: string) =>
    refuse(`Can't make bitmap '${name}' persistent in '${node.name}': ${text}`);
  if (imageBelow(graph, node, context)?.header?.version === 2) {
    throw cannot("Cannot store dirty bitmaps in qcow2 v2 files");
  }
  if (Buffer.byteLength(name) > BITMAP_NAME_MAX) {
    throw cannot(`Name length exceeds maximum (${BITMAP_NAME_MAX} characters)`);
  }
}
