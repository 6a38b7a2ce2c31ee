/**
 * Replays a log on a QEMU, up to the first thing that comes out differently.
 *
 * Compared are a command's verdict and QEMU's text, whether a request succeeds or with which error
 * it fails, and the digest of what a read returns.
 */
import { hasher } from "../../log/chain.ts";
import { withoutNumbers } from "../compare.ts";
import type { QmpReply, Silence } from "../daemon.ts";
import type { IoResult } from "../qemu-io.ts";
import type { Machine } from "./machine.ts";
import type { CommandStep, QemuPlan, RequestStep } from "./plan.ts";

/** What QEMU said to a request. */
export interface Answered extends IoResult {
  /** whether the log says the same */
  readonly agrees: boolean;
}

export interface QemuOutcome {
  /** the first thing that was different, in one line; null: nothing was */
  readonly difference: string | null;
  /** number of the last record that was compared; -1: none was */
  readonly last: number;
  /** what was done and compared */
  readonly commands: number;
  readonly digests: number;
  /** by the numbers of the requests */
  readonly results: ReadonlyMap<number, Answered>;
  /** requests that were in flight together with others in the log */
  readonly overlapping: number;
  /** requests of a kind that QEMU, or qemu-io, cannot be asked for */
  readonly unasked: number;
  /** number of the record at which QEMU aborted or hung, as predicted; null: it did not */
  readonly end: number | null;
}

export async function replayOnQemu(plan: QemuPlan, machine: Machine): Promise<QemuOutcome> {
  const results = new Map<number, Answered>();
  const outcome = {
    difference: null as string | null,
    last: -1,
    ...{ commands: 0, digests: 0, overlapping: 0, unasked: 0 },
    end: null as number | null,
  };
  for (const step of plan.steps) {
    if (step.kind === "command") {
      outcome.commands++;
      outcome.difference = commandDifference(step, await machine.command(step.command));
      if (step.predicts !== null && outcome.difference === null) outcome.end = step.seq;
      // The answer is the next record.
      outcome.last = step.seq + 1;
    } else {
      const result = await machine.request(step);
      outcome.last = step.seq;
      if (result === null) {
        outcome.unasked++;
        continue;
      }
      if (step.beside.size > 0) outcome.overlapping++;
      if (step.done.digest !== undefined) outcome.digests++;
      outcome.difference = requestDifference(step, result, machine);
      results.set(step.done.request, { ...result, agrees: outcome.difference === null });
    }
    if (outcome.difference !== null) break;
  }
  return { ...outcome, results };
}

function commandDifference(
  { seq, command, refusal, predicts }: CommandStep,
  reply: QmpReply | Silence,
): string | null {
  const silence = "silence" in reply ? reply : null;
  const text = "silence" in reply ? null : (reply.error?.desc ?? null);
  if (predicts !== null) {
    if (silence?.silence === predicts) return null;
    return `record ${seq}: ${command.execute} was to end a QEMU (${predicts}), but did not`;
  }
  if (silence !== null) {
    return `record ${seq}: at ${command.execute} QEMU ${silence.silence}: ${silence.said}`;
  }
  const [said, logged] = [text, refusal].map((each) => each && withoutNumbers(each));
  if (said === logged) return null;
  return (
    `record ${seq + 1}: ${command.execute} was ${verdict(logged)} in the log, ` +
    `and is ${verdict(said)} by QEMU`
  );
}

function verdict(refusal: string | null | undefined): string {
  return refusal === null || refusal === undefined ? "accepted" : `refused (${refusal})`;
}

function requestDifference(
  { seq, io, done, beside }: RequestStep,
  { error, data }: IoResult,
  machine: Machine,
): string | null {
  const logged = done.errno === null ? null : machine.errorText(io.through, done.errno);
  const digest = error === null && io.operation === "read" ? hasher.digest(data) : undefined;
  if (error === logged && digest === done.digest) return null;
  const what = `${io.operation} of ${io.length} bytes at ${io.offset} through '${io.through}'`;
  const others = [...beside].join(", ");
  const hint =
    beside.size === 0 ? "" : ` (in the log it was in flight together with request ${others})`;
  return (
    `record ${seq}: ${what} ${result(logged, done.digest)} in the log, ` +
    `and ${result(error, digest)} in QEMU${hint}`
  );
}

function result(error: string | null, digest: string | undefined): string {
  if (error !== null) return `failed (${error})`;
  return digest === undefined ? "succeeded" : `returned ${digest}`;
}
