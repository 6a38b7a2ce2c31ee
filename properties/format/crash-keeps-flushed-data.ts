/**
 * What a guest's flush has acknowledged is in the file, and nothing that was never written is.
 */
import type { FormatProperty } from "../../src/system/format-sketch.ts";

export const crashKeepsFlushedData: FormatProperty = {
  name: "crash-keeps-flushed-data",
  statement:
    "Whatever a crash leaves of the file: every guest cluster holds what some order of its " +
    "requests explains, all those in effect that a flush came after.",
  faults: ["unexplained"],
};
