/**
 * All models by their names, in the order in which they are verified.
 */
import type { Model } from "../src/system/model.ts";
import { ALTERNATIVE_MODELS } from "./alternatives/index.ts";
import { BITMAP_MODELS } from "./bitmaps/index.ts";
import { breakSnapshot } from "./break-snapshot.ts";
import { breakSnapshotRace } from "./break-snapshot-race.ts";
import { CHAIN_MODELS } from "./chains/index.ts";
import { copiedView } from "./copied-view.ts";
import { fleecing } from "./fleecing.ts";
import { FLEECING_CACHE_MODELS } from "./fleecing-cache/index.ts";
import { forwarding } from "./forwarding.ts";
import { imageFleecing } from "./image-fleecing.ts";
import { INSERTION_MODELS } from "./insertion/index.ts";
import { JOB_MODELS } from "./jobs/index.ts";
import { overlap } from "./overlap.ts";
import { pieces } from "./pieces.ts";
import { POINT_IN_TIME_MODELS } from "./points-in-time/index.ts";
import { THREAD_MODELS } from "./thread/index.ts";
import { VIEW_MODELS } from "./views/index.ts";

export const MODELS: ReadonlyMap<string, Model> = new Map(
  [
    fleecing,
    imageFleecing,
    overlap,
    pieces,
    copiedView,
    forwarding,
    breakSnapshot,
    breakSnapshotRace,
    ...THREAD_MODELS,
    ...INSERTION_MODELS,
    ...FLEECING_CACHE_MODELS,
    ...JOB_MODELS,
    ...CHAIN_MODELS,
    ...ALTERNATIVE_MODELS,
    ...BITMAP_MODELS,
    ...POINT_IN_TIME_MODELS,
    ...VIEW_MODELS,
  ].map((model) => [model.name, model]),
);

/** What the thread and the reference call designs, and the models that they are here. */
export const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["backup-sync-none", "insertion-keeps-link"],
  ["cbw-view", "image-fleecing"],
  ["cow-versus-cbw", "cbw-hook"],
]);

/** The model of a name, of either kind. */
export function modelNamed(name: string): Model | undefined {
  return MODELS.get(OTHER_NAMES.get(name) ?? name);
}
