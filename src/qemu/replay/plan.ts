/**
 * What a log asks of a QEMU: its commands and requests, one after the other.
 *
 * Commands stand where the log has them. A request stands where the log says that it ended: QEMU
 * cannot be steered within one, so those that were in flight together are done one after the other.
 * The plan ends with a command at which the profile's QEMU is known to abort.
 */
import { BlockgraphError } from "../../error.ts";
import type { CommandContext } from "../../graph/command.ts";
import type { QmpCommand } from "../../graph/commands.ts";
import type { LogRecord } from "../../log/record.ts";
import { OurSide } from "../compare.ts";
import { requireHarmless } from "./require-harmless.ts";
import { requireSteerable } from "./require-steerable.ts";

type Qmp = LogRecord & { readonly kind: "qmp" };
type Io = LogRecord & { readonly kind: "io" };
type Done = LogRecord & { readonly kind: "done" };

/** A command, and what the log says became of it. */
export interface CommandStep {
  readonly kind: "command";
  readonly seq: number;
  readonly qmp: Qmp;
  readonly command: QmpCommand;
  /** QEMU's text; null: accepted */
  readonly refusal: string | null;
  /** whether QEMU ends or hangs there, for all that the log says */
  readonly predicts: "aborted" | "hung" | null;
}

/** A request, and what the log says became of it. */
export interface RequestStep {
  readonly kind: "request";
  /** number of the record at which it ended */
  readonly seq: number;
  readonly io: Io;
  readonly done: Done;
  /** requests that were in flight together with it */
  readonly beside: ReadonlySet<number>;
}

export interface QemuPlan {
  readonly steps: readonly (CommandStep | RequestStep)[];
  /** requests whose end is not in the log */
  readonly unfinished: number;
}

/**
 * @param records a log from its start record on; may end anywhere
 * @param context the rules by which aborts are predicted
 * @throws BlockgraphError `log-not-for-qemu` for what no QEMU can be made to do, or may not
 */
export function planReplay(records: readonly LogRecord[], context: CommandContext): QemuPlan {
  const steps: (CommandStep | RequestStep)[] = [];
  const open = new Map<number, { readonly io: Io; readonly beside: Set<number> }>();
  const ours = new OurSide(context);
  for (const record of records) {
    requireSteerable(record);
    if (record.kind === "qmp") {
      requireHarmless(record, record.seq, context.drivers);
      const step = commandStep(record, records, ours);
      if (step === null) break;
      steps.push(step);
      if (step.predicts !== null) break;
    } else if (record.kind === "io") {
      const { request } = record;
      const beside = new Set(open.keys());
      for (const other of open.values()) other.beside.add(request);
      open.set(request, { io: record, beside });
    } else if (record.kind === "done") {
      const { seq, request } = record;
      const begun = open.get(request);
      if (begun === undefined) throw unheardOf(record);
      open.delete(request);
      steps.push({ kind: "request", seq, done: record, ...begun });
    }
  }
  return { steps, unfinished: open.size };
}

/** null: the log ends before the command was answered */
function commandStep(qmp: Qmp, records: readonly LogRecord[], ours: OurSide): CommandStep | null {
  const { seq, id, execute, arguments: given } = qmp;
  const command = { execute, arguments: given };
  const verdict = ours.command(command);
  const predicts = verdict.kind === "aborted" || verdict.kind === "hung" ? verdict.kind : null;
  const step = { kind: "command", seq, qmp, command, predicts } as const;
  // Nothing can be in flight during a command: its answer is the next record.
  const answer = records[seq + 1];
  if (answer?.kind === "return" && answer.id === id) return { ...step, refusal: null };
  if (answer?.kind === "error" && answer.id === id) return { ...step, refusal: answer.desc };
  return null;
}

function unheardOf({ seq, request }: Done): BlockgraphError {
  return new BlockgraphError(
    "log-broken",
    `record ${seq} ends request ${request}, which never began; restore the log`,
  );
}
