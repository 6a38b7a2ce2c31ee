/**
 * All sketches by their names.
 */
import type { Sketch } from "../src/system/sketch.ts";
import { fleece } from "./fleece.ts";

export const SKETCHES: ReadonlyMap<string, Sketch> = new Map(
  [fleece].map((sketch) => [sketch.name, sketch]),
);
