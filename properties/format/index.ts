/**
 * All properties of image formats by their names.
 */
import type { FormatProperty } from "../../src/system/format-sketch.ts";
import { crashKeepsFlushedData } from "./crash-keeps-flushed-data.ts";
import { crashLeavesLeaksAtMost } from "./crash-leaves-leaks-at-most.ts";
import { guestReadsItsOwn } from "./guest-reads-its-own.ts";

export const FORMAT_PROPERTIES: ReadonlyMap<string, FormatProperty> = new Map(
  [crashLeavesLeaksAtMost, crashKeepsFlushedData, guestReadsItsOwn].map((property) => [
    property.name,
    property,
  ]),
);
