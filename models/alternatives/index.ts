/**
 * The models of designs that the thread weighs against one another.
 */
import type { Model } from "../../src/system/model.ts";
import { cbwHook } from "./cbw-hook.ts";
import { combinedTarget } from "./combined-target.ts";
import { corOverlay } from "./cor-overlay.ts";
import { cowOverlay } from "./cow-overlay.ts";
import { overlayLiveCommit } from "./overlay-live-commit.ts";

export const ALTERNATIVE_MODELS: readonly Model[] = [
  cowOverlay,
  cbwHook,
  corOverlay,
  combinedTarget,
  overlayLiveCommit,
];
