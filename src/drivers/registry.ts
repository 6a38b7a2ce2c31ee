/**
 * All drivers. A new one is a folder beside this file and a line in this list.
 */
import { blkdebug } from "./blkdebug/driver.ts";
import { blklogwrites } from "./blklogwrites/driver.ts";
import { blkverify } from "./blkverify/driver.ts";
import { cachedReads } from "./cached-reads/driver.ts";
import { commitTop } from "./commit-top/driver.ts";
import { compress } from "./compress/driver.ts";
import { copyBeforeWrite } from "./copy-before-write/driver.ts";
import { copyOnRead } from "./copy-on-read/driver.ts";
import { dirtyBitmap } from "./dirty-bitmap/driver.ts";
import type { Driver } from "./driver.ts";
import { file } from "./file/driver.ts";
import { fleecingBackup } from "./fleecing-backup/driver.ts";
import { fleecingCache } from "./fleecing-cache/driver.ts";
import { fleecingCheat } from "./fleecing-cheat/driver.ts";
import { fleecingHook } from "./fleecing-hook/driver.ts";
import { jobLife } from "./job-life/driver.ts";
import { lazyDiscards } from "./lazy-discards/driver.ts";
import { memory } from "./memory/driver.ts";
import { mirrorTop } from "./mirror-top/driver.ts";
import { nbd } from "./nbd/driver.ts";
import { nullCo } from "./null-co/driver.ts";
import { preallocate } from "./preallocate/driver.ts";
import { qcow2 } from "./qcow2/driver.ts";
import { quorum } from "./quorum/driver.ts";
import { raw } from "./raw/driver.ts";
import { snapshotAccess } from "./snapshot-access/driver.ts";
import { throttle } from "./throttle/driver.ts";

/** Drivers by their QMP names. */
export const DRIVERS: ReadonlyMap<string, Driver> = new Map(
  [
    ...[file, nbd, raw, nullCo, qcow2],
    ...[copyBeforeWrite, snapshotAccess],
    ...[fleecingHook, fleecingCheat],
    ...[fleecingCache, memory, cachedReads, lazyDiscards],
    ...[blkdebug, compress, copyOnRead, preallocate, throttle],
    ...[blklogwrites, blkverify, quorum],
    ...[commitTop, mirrorTop, fleecingBackup, dirtyBitmap, jobLife],
  ].map((driver) => [driver.name, driver]),
);
