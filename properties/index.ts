/**
 * All properties by their names.
 */
import type { Property } from "../src/system/property.ts";
import { discardedIsUnreadable } from "./discarded-is-unreadable.ts";
import { diskKeepsGuestWrites } from "./disk-keeps-guest-writes.ts";
import { guestReadsLastWrite } from "./guest-reads-last-write.ts";
import { viewEqualsPointInTime } from "./view-equals-point-in-time.ts";
import { viewStatusIsSound } from "./view-status-is-sound.ts";

export const PROPERTIES: ReadonlyMap<string, Property> = new Map(
  [
    viewEqualsPointInTime,
    guestReadsLastWrite,
    diskKeepsGuestWrites,
    discardedIsUnreadable,
    viewStatusIsSound,
  ].map((property) => [property.name, property]),
);
