/**
 * The models in which the graph changes while others do I/O.
 */
import type { Model } from "../../src/system/model.ts";
import { insertedMeanwhile, reopenedMeanwhile, shownBeforeInserted } from "./inserted-meanwhile.ts";
import { removedBeforeReader, removedMeanwhile } from "./removed-meanwhile.ts";
import { exportedBeforeInserted, insertedByJob, insertedByTransaction } from "./who-moves.ts";

export const INSERTION_MODELS: readonly Model[] = [
  insertedMeanwhile,
  shownBeforeInserted,
  reopenedMeanwhile,
  removedMeanwhile,
  removedBeforeReader,
  insertedByJob,
  insertedByTransaction,
  exportedBeforeInserted,
];
