/**
 * All properties by their names: what must hold always, what must be reachable, and what must hold
 * of every cluster.
 */
import type { Invariant } from "../src/system/invariant.ts";
import type { Property } from "../src/system/property.ts";
import { discardedIsUnreadable } from "./discarded-is-unreadable.ts";
import { diskKeepsGuestWrites } from "./disk-keeps-guest-writes.ts";
import { errorsAreTold } from "./errors-are-told.ts";
import { flushedIsStable } from "./flushed-is-stable.ts";
import { guestReadsLastWrite } from "./guest-reads-last-write.ts";
import { guestStatusAnswers } from "./guest-status-answers.ts";
import { guestStatusIsSound } from "./guest-status-is-sound.ts";
import { incrementCoversChanges } from "./increment-covers-changes.ts";
import { jobGoesOn } from "./job-goes-on.ts";
import { jobResultEqualsPointInTime } from "./job-result-equals-point-in-time.ts";
import { jobResultIsRead } from "./job-result-is-read.ts";
import { memoryIsAccounted } from "./memory-is-accounted.ts";
import { mirrorKeepsGuestWrites } from "./mirror-keeps-guest-writes.ts";
import { noLostDiscard } from "./no-lost-discard.ts";
import { nodesOutliveRequests } from "./nodes-outlive-requests.ts";
import { pointsAreOne } from "./points-are-one.ts";
import { savedIsStable } from "./saved-is-stable.ts";
import { settledIsCopied } from "./settled-is-copied.ts";
import { shorterChainShowsTheSame } from "./shorter-chain-shows-the-same.ts";
import { sourceOutlivesCopy } from "./source-outlives-copy.ts";
import { statusSaysSomething } from "./status-says-something.ts";
import { viewEqualsPointInTime } from "./view-equals-point-in-time.ts";
import { viewIsDenied } from "./view-is-denied.ts";
import { viewIsRead } from "./view-is-read.ts";
import { viewIsReadAgain } from "./view-is-read-again.ts";
import { viewIsServed } from "./view-is-served.ts";
import { viewStatusAnswers } from "./view-status-answers.ts";
import { viewStatusIsSound } from "./view-status-is-sound.ts";

export const PROPERTIES: ReadonlyMap<string, Property> = new Map(
  [
    viewEqualsPointInTime,
    guestReadsLastWrite,
    diskKeepsGuestWrites,
    discardedIsUnreadable,
    viewStatusIsSound,
    guestStatusIsSound,
    statusSaysSomething,
    flushedIsStable,
    errorsAreTold,
    viewIsServed,
    nodesOutliveRequests,
    jobResultEqualsPointInTime,
    sourceOutlivesCopy,
    mirrorKeepsGuestWrites,
    shorterChainShowsTheSame,
    savedIsStable,
    noLostDiscard,
    incrementCoversChanges,
    pointsAreOne,
  ].map((property) => [property.name, property]),
);

export const REACHABLE: ReadonlyMap<string, Property> = new Map(
  [
    viewIsRead,
    viewIsReadAgain,
    viewIsDenied,
    viewStatusAnswers,
    guestStatusAnswers,
    jobResultIsRead,
    jobGoesOn,
  ].map((property) => [property.name, property]),
);

export const INVARIANTS: ReadonlyMap<string, Invariant> = new Map(
  [settledIsCopied, memoryIsAccounted].map((invariant) => [invariant.name, invariant]),
);
