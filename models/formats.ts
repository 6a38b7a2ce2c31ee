/**
 * All format sketches by their names.
 */
import type { FormatSketch } from "../src/system/format-sketch.ts";
import { qcow2Crash } from "./qcow2-crash.ts";
import { qcow2DiscardRace } from "./qcow2-discard-race.ts";

export const FORMATS: ReadonlyMap<string, FormatSketch> = new Map(
  [qcow2Crash, qcow2DiscardRace].map((format) => [format.name, format]),
);
