/**
 * The models of what discards do to views, and to disks under a hook.
 */
import type { Model } from "../../src/system/model.ts";
import { discardKept, discardLost } from "./discard-lost.ts";
import { lazyDiscard } from "./lazy-discard.ts";
import { viewDiscard, viewDiscardRace } from "./view-discard.ts";

export const VIEW_MODELS: readonly Model[] = [
  viewDiscardRace,
  viewDiscard,
  discardLost,
  discardKept,
  lazyDiscard,
];
