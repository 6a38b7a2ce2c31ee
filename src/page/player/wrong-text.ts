/**
 * Wrong bytes in words.
 */
import type { PlayerTrace, WrongBytes } from "../../report/site/player-trace.ts";

const number = new Intl.NumberFormat("en");

/** `Wrong bytes: reader0 got … at bytes 0 to 65,535, not …` */
export function wrongText(trace: PlayerTrace, wrong: WrongBytes): string {
  const { offset, length, found, expected } = wrong;
  const lane = trace.lanes.find(({ id }) => id === wrong.lane)?.title ?? wrong.lane;
  const last = number.format(offset + Math.max(0, length - 1));
  const place = `bytes ${number.format(offset)} to ${last}`;
  return `Wrong bytes: ${lane} found ${found} at ${place}, expected ${expected}.`;
}
