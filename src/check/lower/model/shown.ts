/**
 * What a window shows at a cell, as code: the rule of src/system/layered-content.ts over values.
 */

import type { ImageWindow } from "../../../system/image-window.ts";
import { isOwn } from "../../../system/layered-content.ts";
import type { SystemNode } from "../../../system/system.ts";
import { binary, field, local, table, when } from "../../program/build.ts";
import type { Expression, Statement } from "../../program/program.ts";
import { add } from "./carrier.ts";
import { clusterField } from "./clusters.ts";
import type { Geometry } from "./geometry.ts";
import { imageOf } from "./image-fields.ts";

/** Name of the table that says of each state of a node's cluster chart whether it is its own. */
const ownTable = (node: string) => `${node} own`;

/** The table, by its name; none if a node has all clusters itself. */
export function ownTables(node: SystemNode): Record<string, readonly number[]> {
  const { name, cluster, located } = node;
  if (cluster === null || located === null) return {};
  const { states } = cluster.complete();
  return { [ownTable(name)]: states.map((_, state) => (isOwn(node, state) ? 1 : 0)) };
}

/** Sets the local `shown`. @param cell of the window */
export function show(
  { image, shift, overlay }: ImageWindow,
  cell: Expression,
  geometry: Geometry,
): Statement[] {
  const at = add(cell, geometry.cells(shift));
  const own = local("shown", field(imageOf(image), at));
  if (overlay === null) return [own];
  const inNode = add(cell, geometry.cells(shift) - geometry.cells(overlay.shift));
  const cluster = binary(inNode, "/", geometry.clusterCells);
  const kept = table(ownTable(overlay.node), field(clusterField(overlay.node), cluster));
  return [own, when(kept, [], show(overlay.backing, inNode, geometry))];
}
