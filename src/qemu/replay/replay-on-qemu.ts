/**
 * Replays a log on a QEMU, up to the first thing that comes out differently.
 *
 * Compared are a command's verdict and QEMU's text, whether a request succeeds or with which error
 * it fails, and the digest of what a read returns. What an overlap in the log is needed for is
 * counted, and compared with what is wanted without it.
 */
import { hasher } from "../../log/chain.ts";
import { withoutNumbers } from "../compare.ts";
import type { QmpReply, Silence } from "../daemon.ts";
import type { IoResult } from "../qemu-io.ts";
import type { Machine } from "./machine.ts";
import type { CommandStep, End, QemuPlan, RequestStep } from "./plan.ts";
import type { Wanted } from "./wanted.ts";

/** What QEMU said to a request. */
export interface Answered extends IoResult {
  /** whether it is what the log says */
  readonly agrees: boolean;
}

export interface QemuOutcome {
  /** the first thing that was different, in one line; null: nothing was */
  readonly difference: string | null;
  /** number of the last record that was compared; -1: none was */
  readonly last: number;
  /** what was done and compared */
  readonly commands: number;
  /** by the numbers of the requests that were asked for */
  readonly results: ReadonlyMap<number, Answered>;
  /** requests that were in flight together with others in the log */
  readonly overlapping: number;
  /** requests that were in flight in the log while a command took effect */
  readonly across: number;
  /** requests that end as in the log only if they overlap as in the log */
  readonly unreproduced: number;
  /** requests of a kind that QEMU, or qemu-io, cannot be asked for */
  readonly unasked: number;
  /** number of the record at which QEMU ended, as predicted; null: it did not */
  readonly end: number | null;
}

/**
 * @param keep numbers of requests whose results are of interest
 */
export async function replayOnQemu(
  plan: QemuPlan,
  wanted: ReadonlyMap<number, Wanted>,
  keep: ReadonlySet<number>,
  machine: Machine,
): Promise<QemuOutcome> {
  const results = new Map<number, Answered>();
  let difference: string | null = null;
  let end: number | null = null;
  let last = -1;
  const counts = { commands: 0, overlapping: 0, across: 0, unreproduced: 0, unasked: 0 };
  for (const step of plan.steps) {
    if (step.kind === "command") {
      counts.commands++;
      const reply = await machine.command(step.command, step.refusal === null);
      difference = commandDifference(step, reply);
      if (step.predicts !== null && difference === null) end = step.seq;
      last = step.seq;
    } else {
      const { request } = step.done;
      const result = await machine.request(step);
      last = step.seq;
      const want = wanted.get(request);
      if (result === null || want === undefined) {
        counts.unasked++;
        continue;
      }
      if (step.beside.size > 0) counts.overlapping++;
      if (step.across > 0) counts.across++;
      if (!want.asLogged) counts.unreproduced++;
      difference = requestDifference(step, want, result, machine);
      if (difference !== null) difference += await machine.lastWords();
      const agrees = difference === null && want.asLogged;
      if (keep.has(request)) results.set(request, { ...result, agrees });
    }
    if (difference !== null) break;
  }
  return { difference, end, last, ...counts, results };
}

function commandDifference(
  { seq, command, refusal, predicts }: CommandStep,
  reply: QmpReply | Silence,
): string | null {
  const silence = "silence" in reply ? reply : null;
  const text = "silence" in reply ? null : (reply.error?.desc ?? null);
  if (predicts !== null) {
    const came = silence === null ? null : endOf(silence);
    if (came === predicts) return null;
    const otherwise = came === null ? `was ${verdict(text)}` : `QEMU ${came}: ${silence?.said}`;
    const must = `${command.execute} must make QEMU ${MUST[predicts]}`;
    return `record ${seq}: ${must}, and ${otherwise}`;
  }
  if (silence !== null) {
    return `record ${seq}: at ${command.execute} QEMU ${endOf(silence)}: ${silence.said}`;
  }
  const [said, logged] = [text, refusal].map((each) => each && withoutNumbers(each));
  if (said === logged) return null;
  return (
    `record ${seq}: ${command.execute} was ${verdict(logged)} in the log, ` +
    `and is ${verdict(said)} by QEMU`
  );
}

const MUST: Readonly<Record<End, string>> = { aborted: "abort", crashed: "crash", hung: "hang" };

/** An assertion that fails sends SIGABRT, memory that is not there another signal. */
function endOf({ silence, signal }: Silence): End {
  if (silence === "hung") return "hung";
  return signal === null || signal === "SIGABRT" ? "aborted" : "crashed";
}

function verdict(refusal: string | null | undefined): string {
  return refusal === null || refusal === undefined ? "accepted" : `refused (${refusal})`;
}

function requestDifference(
  { seq, io }: RequestStep,
  { done, asLogged }: Wanted,
  { error, data }: IoResult,
  machine: Machine,
): string | null {
  const wanted = done.errno === null ? null : machine.errorText(io, done.errno);
  const digest = error === null && io.operation === "read" ? hasher.digest(data) : undefined;
  if (error === wanted && digest === done.digest) return null;
  const what = `${io.operation} of ${io.length} bytes at ${io.offset} through '${io.through}'`;
  const where = asLogged ? "in the log" : "in the simulator without the log's overlap";
  return (
    `record ${seq}: ${what} ${result(wanted, done.digest)} ${where}, ` +
    `and ${result(error, digest)} in QEMU`
  );
}

function result(error: string | null, digest: string | undefined): string {
  if (error !== null) return `failed (${error})`;
  return digest === undefined ? "succeeded" : `returned ${digest}`;
}
