/**
 * What a replay on a QEMU says beyond what every replay does.
 */
import { z } from "zod";

const count = z.int().min(0);
const byte = z.int().min(0).max(255);

/** Whether QEMU showed what the log's violation is about. */
const wrongSchema = z.strictObject({
  property: z.string(),
  /** number of the record at which the property was broken */
  seq: count,
  request: count,
  /** the first wrong byte, as the request counts; null: it is wrong that the request failed */
  at: count.nullable(),
  /** what belongs there; null as above */
  expected: byte.nullable(),
  /** what the log's request returned there */
  logged: byte.nullable(),
  /** what QEMU's returned; null: QEMU's failed, or was not made */
  seen: byte.nullable(),
  /** the error that QEMU's request ended with */
  error: z.string().nullable(),
  /** whether QEMU does the same wrong thing */
  same: z.boolean(),
});
export type WrongInQemu = z.infer<typeof wrongSchema>;

/** The part of a summary that is about QEMU. */
export const qemuReplaySchema = z.strictObject({
  /** such as 7.2.22 */
  version: z.string(),
  /** the version whose rules the log follows, such as 7.2 */
  rules: z.string(),
  /** commands whose verdict and text were compared */
  commands: count,
  /** in flight together with others in the log, but one after the other in QEMU */
  overlapping: count,
  /** in flight in the log while a command took effect, but after it in QEMU */
  across: count,
  /** of these and later requests, those that end otherwise without the overlap: undecided */
  unreproduced: count,
  /** of a kind that QEMU cannot be asked for, or without an end in the log: not made */
  unasked: count,
  /** raw images that are the simulator's at the end, to the byte; 0 if it did not come to that */
  images: count,
  /** number of the record at which QEMU ended, as predicted; the replay ends there */
  end: count.nullable(),
  /** what the properties say about the log, and whether QEMU shows it */
  wrong: z.array(wrongSchema),
  /** null: there is nothing wrong in the log that a request could show */
  sameWrongBytes: z.boolean().nullable(),
});
export type QemuReplay = z.infer<typeof qemuReplaySchema>;

/** What QEMU shows of a violation, in one line. */
export function wrongLine({
  property,
  at,
  expected,
  logged,
  seen,
  error,
  same,
}: WrongInQemu): string {
  const here = same ? "the same in QEMU" : "not the same in QEMU";
  if (at === null) return `${property}: ${here}: the request ${outcome(seen, error)}`;
  return (
    `${property}: ${here}: byte ${at} must be ${hex(expected)}, is ${hex(logged)} in the log, ` +
    `and in QEMU the request ${outcome(seen, error)}`
  );
}

function outcome(seen: number | null, error: string | null): string {
  if (error !== null) return `failed (${error})`;
  return seen === null ? "succeeded" : `returned ${hex(seen)}`;
}

function hex(value: number | null): string {
  return value === null ? "nothing" : `0x${value.toString(16).padStart(2, "0")}`;
}

/** What is said of QEMU's part, for the end of the summary's line. */
export function qemuRemarks(replay: QemuReplay): string {
  const { overlapping, across, unreproduced, unasked, end, sameWrongBytes } = replay;
  const remarks: string[] = [];
  if (sameWrongBytes !== null) remarks.push(`same wrong bytes: ${sameWrongBytes ? "yes" : "no"}`);
  if (end !== null) remarks.push(`QEMU ends at record ${end}, as predicted`);
  if (overlapping > 0) remarks.push(`${overlapping} requests that overlap in the log made in turn`);
  if (across > 0) remarks.push(`${across} that overlap a command made after it`);
  if (unreproduced > 0) remarks.push(`in-flight overlap not reproduced for ${unreproduced}`);
  if (unasked > 0) remarks.push(`${unasked} requests not made`);
  return remarks.map((remark) => `; ${remark}`).join("");
}
