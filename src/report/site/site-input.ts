/**
 * What the pages of the site are made of: everything that was read from files, or found out for it.
 * Making pages reads no file, runs no clock, and gives the same pages again.
 */
import type { Viz } from "@viz-js/viz";
import type { Command } from "commander";
import type { Chart } from "../../chart/chart.ts";
import type { QmpCommand } from "../../graph/commands.ts";
import type { Model } from "../../system/model.ts";
import type { Sketch } from "../../system/sketch.ts";
import type { Surgery } from "../../system/surgery.ts";
import type { CheckReceipt } from "../check/receipt.ts";
import type { TraceDocument } from "../check/trace-document.ts";
import type { QemuReceipt } from "../conform/model-receipt.ts";
import type { ConformReceipt } from "../conform/receipt.ts";
import type { ModelOverview } from "../model-overview.ts";
import type { ReadRecords } from "../player/read-records.ts";
import type { Receipt } from "../receipt.ts";
import type { RunSummary } from "./run-summary.ts";

/** A transition of a chart, as receipts name it. */
export interface ChartTransition {
  readonly chart: string;
  readonly state: string;
  readonly event: string;
}

/** A log, and how it came about. */
export interface ShownLog {
  readonly log: ReadRecords;
  /** `the shortest counterexample, found by blockgraph check` */
  readonly origin: string;
  /** whether it is known that none is shorter */
  readonly shortest: boolean;
}

/** A mutant that was caught, and the log that shows it. */
export interface CaughtMutant {
  readonly mutant: string;
  readonly seed: number;
  readonly log: ReadRecords;
}

/** What is known of a model. Receipts are of the model as it stands. */
export interface ModelEvidence {
  readonly model: Model;
  readonly overview: ModelOverview;
  readonly verify: Receipt | null;
  readonly check: CheckReceipt | null;
  /** what was compared with a QEMU; null: nothing, or of an earlier version of the model */
  readonly qemu: QemuReceipt | null;
  /** transitions that the check counted; empty if there is none, or it did not count */
  readonly transitions: readonly ChartTransition[];
  /** what breaks it; null: nothing does, or it was not looked for */
  readonly counterexample: ShownLog | null;
  /** a simulation of it; null: there is none */
  readonly sample: ShownLog | null;
  readonly caught: readonly CaughtMutant[];
}

/** What is known of a sketch, or of the sketch of a format. */
export interface SketchEvidence {
  readonly sketch: Pick<Sketch, "name" | "title" | "idea" | "parameters" | "mutants">;
  readonly charts: readonly Chart[];
  /** what must hold */
  readonly promised: readonly { readonly name: string; readonly statement: string }[];
  readonly check: CheckReceipt | null;
  readonly traces: readonly { readonly mutant: string; readonly document: TraceDocument }[];
}

/** Commands that break something, by the rules of a mutant; null: by those of the surgery. */
export interface BreakingCommands {
  readonly mutant: string | null;
  readonly commands: readonly QmpCommand[];
}

/** What is known of a surgery. */
export interface SurgeryEvidence {
  readonly surgery: Surgery;
  /** what a check of it left; it may be of an earlier version of the surgery */
  readonly check: CheckReceipt | null;
  /** none is shorter */
  readonly broken: readonly BreakingCommands[];
}

/** A file that somebody has named: a log, or the trace of a check. */
export interface GivenLog {
  /** its name without the folder that it is in */
  readonly file: string;
  readonly content: ReadRecords | TraceDocument;
}

export interface SiteInput {
  readonly viz: Viz;
  readonly models: readonly ModelEvidence[];
  readonly sketches: readonly SketchEvidence[];
  readonly surgeries: readonly SurgeryEvidence[];
  readonly logs: readonly GivenLog[];
  /** what was compared with a QEMU last; null: nothing, or its receipt is gone */
  readonly conform: ConformReceipt | null;
  /** the commands of the program, made for nothing else */
  readonly commands: readonly Command[];
  /** what the site said when it was made last; null: it was not */
  readonly previous: RunSummary | null;
  /** text of a file of this program by its path, `properties/view-is-read.ts`; null: not there */
  readonly source: (path: string) => string | null;
}
