/**
 * All ideas, in the order of the thread.
 */
import type { Idea } from "../idea.ts";
import { BACKUP_IDEAS } from "./backup.ts";
import { CACHE_IDEAS } from "./cache.ts";
import { INSERTION_IDEAS } from "./insertion.ts";
import { NODE_IDEAS } from "./nodes.ts";
import { PATCH_IDEAS } from "./patch.ts";

export const IDEAS: readonly Idea[] = [
  ...NODE_IDEAS,
  ...INSERTION_IDEAS,
  ...CACHE_IDEAS,
  ...BACKUP_IDEAS,
  ...PATCH_IDEAS,
];
