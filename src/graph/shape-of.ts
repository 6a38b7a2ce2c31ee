/**
 * The driver of a node that is in a graph.
 */
import type { DriverCatalogue, DriverShape } from "./catalogue.ts";
import { refuse } from "./refuse.ts";

/** @throws BlockgraphError `graph-refused` if there is no driver of that name */
export function shapeOf(driver: string, drivers: DriverCatalogue): DriverShape {
  const shape = drivers.get(driver);
  if (shape === undefined) throw refuse(`Unknown driver: '${driver}'`);
  return shape;
}
