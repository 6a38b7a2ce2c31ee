/**
 * What becomes of a bitmap that a transaction was to enable and could not, because it is in use or
 * inconsistent: QEMU disables it when it undoes the action, for whether the bitmap recorded before
 * was not asked yet, nor whether there is one (block/monitor/bitmap-qmp-cmds.c,
 * `block_dirty_bitmap_enable_abort`; seen in 7.2 and 10.0).
 */
import { z } from "zod";
import { withBitmap } from "./dirty-bitmap.ts";
import type { Graph } from "./graph.ts";
import { Refusal } from "./refuse.ts";
import type { Action } from "./undo-actions.ts";

const namedSchema = z.object({ node: z.string(), name: z.string() });

/**
 * The graph before the transaction, with that bitmap as it is left.
 * @param reached what the actions have made of the graph
 * @param done the actions that were executed, oldest first
 * @param refused the one after them
 * @throws Refusal if there is no such bitmap, for QEMU crashes
 */
export function withRefusedEnable(
  before: Graph,
  reached: Graph,
  done: readonly Action[],
  refused: Action,
): Graph {
  if (refused.type !== "block-dirty-bitmap-enable") return before;
  const { node: nodeName, name } = namedSchema.parse(refused.data);
  if (reached.nodes.get(nodeName)?.bitmaps.has(name) !== true) {
    const text = `Dirty bitmap '${name}' not found, and QEMU crashes when it disables it`;
    throw new Refusal(text, null, "crash");
  }
  const node = before.nodes.get(nodeName);
  const bitmap = node?.bitmaps.get(name);
  if (node === undefined || bitmap === undefined) return before;
  const wasDisabled = done.some(({ type, data }) => {
    if (type !== "block-dirty-bitmap-disable") return false;
    const other = namedSchema.parse(data);
    return other.node === nodeName && other.name === name;
  });
  return withBitmap(before, node, name, { ...bitmap, enabled: bitmap.enabled && wasDisabled });
}
