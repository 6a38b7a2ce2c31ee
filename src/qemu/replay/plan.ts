/**
 * What a log asks of a QEMU: its commands and requests, one after the other.
 *
 * A command stands where it took effect, which is where the log answers it, and a request where the
 * log says that it ended: QEMU cannot be steered within either, so what was in flight together, or
 * while a command took effect, is done one after the other. The plan ends with a command at which
 * the profile's QEMU is known to abort, to crash or to hang.
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
  /** number of the record that answers it */
  readonly seq: number;
  readonly qmp: Qmp;
  readonly command: QmpCommand;
  /** QEMU's text; null: accepted */
  readonly refusal: string | null;
  /** how QEMU ends there, for all that the log says; null: it answers */
  readonly predicts: End | null;
}

/** How a QEMU can end: by an assertion, by a signal that nobody sent, or without ever answering. */
export type End = "aborted" | "crashed" | "hung";

/** A request, and what the log says became of it. */
export interface RequestStep extends InFlight {
  readonly kind: "request";
  /** number of the record at which it ended */
  readonly seq: number;
  readonly done: Done;
}

interface InFlight {
  readonly io: Io;
  /** requests that were in flight together with it */
  readonly beside: ReadonlySet<number>;
  /** commands that took effect meanwhile */
  readonly across: number;
}

export interface QemuPlan {
  readonly steps: readonly (CommandStep | RequestStep)[];
  /** requests whose end is not in the log */
  readonly unfinished: number;
}

/**
 * @param records a log from its start record on; may end anywhere
 * @param context the rules by which ends are predicted
 * @throws BlockgraphError `log-not-for-qemu` for what no QEMU can be made to do, or may not
 */
export function planReplay(records: readonly LogRecord[], context: CommandContext): QemuPlan {
  const steps: (CommandStep | RequestStep)[] = [];
  const asked = new Map<number, Qmp>();
  const open = new Map<number, { io: Io; beside: Set<number>; across: number }>();
  const ours = new OurSide(context);
  for (const record of records) {
    requireSteerable(record);
    if (record.kind === "qmp") {
      requireHarmless(record, record.seq, context.drivers);
      asked.set(record.id, record);
    } else if (record.kind === "return" || record.kind === "error") {
      const step = commandStep(record, asked, ours);
      if (step === null) continue;
      steps.push(step);
      for (const request of open.values()) request.across++;
      if (step.predicts !== null) break;
    } else if (record.kind === "io") {
      const { request } = record;
      const beside = new Set(open.keys());
      for (const other of open.values()) other.beside.add(request);
      open.set(request, { io: record, beside, across: 0 });
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

/** null: it answers what nobody asked, which the simulator beside will tell */
function commandStep(
  answer: LogRecord & { readonly kind: "return" | "error" },
  asked: Map<number, Qmp>,
  ours: OurSide,
): CommandStep | null {
  const { seq, id } = answer;
  const qmp = asked.get(id);
  if (qmp === undefined) return null;
  asked.delete(id);
  const command = { execute: qmp.execute, arguments: qmp.arguments };
  const verdict = ours.command(command);
  const predicts = verdict.kind === "accepted" || verdict.kind === "refused" ? null : verdict.kind;
  const refusal = answer.kind === "error" ? answer.desc : null;
  return { kind: "command", seq, qmp, command, refusal, predicts };
}

function unheardOf({ seq, request }: Done): BlockgraphError {
  return new BlockgraphError(
    "log-broken",
    `record ${seq} ends request ${request}, which never began; restore the log`,
  );
}
