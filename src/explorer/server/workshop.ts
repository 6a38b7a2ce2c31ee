/**
 * What the explorer's server is given by whoever starts it: models by name, and what can be done
 * with a path besides looking at it. The explorer itself knows no model.
 */

import type { Program } from "../../check/program/program.ts";
import type { Finding, Progress } from "../../check/result.ts";
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import type { ReplayOptions } from "../../simulate/replay.ts";
import type { StartBody } from "../../system/start.ts";
import type { ModelSummary, OpenModel, Promoted, Replayed, ReplayRequest } from "./documents.ts";

/** A model that was opened, with everything chosen. */
export interface OpenedModel {
  readonly model: string;
  readonly mutant: string | null;
  /** for people: `2 clusters, 1 guest` */
  readonly bounds: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly program: Program;
  /** properties in words, by name */
  readonly statements: ReadonlyMap<string, string>;
  /** what a reader should know first: why it is a part of the model, or another one */
  readonly notices: readonly string[];
  /**
   * Writes a path into a folder: a log, or for what has no graph a trace of the checker.
   * @returns the path of the file
   */
  write(folder: string, finding: Finding): string;
}

export interface Workshop {
  /** where temporary files go */
  readonly folder: string;
  /** threads, and bytes, that a search may use */
  readonly threads: number;
  readonly memory: number;
  models(): readonly ModelSummary[];
  /** @throws BlockgraphError `model-unknown`, `bad-argument`, `graph-refused` */
  open(request: OpenModel, tell: (progress: Progress) => void): Promise<OpenedModel>;
  /** what judges a log of that beginning */
  judges(start: StartBody): Pick<ReplayOptions, "properties" | "mutants" | "images">;
  /** a log or a trace of the checker as a player shows it */
  player(path: string, title: string): PlayerTrace;
  /** @throws BlockgraphError as `blockgraph promote` */
  promote(path: string, name: string | undefined): Promise<Promoted>;
  /**
   * @param qemu the version of QEMU to replay on; null: the one whose rules the path has
   * @throws BlockgraphError as `blockgraph replay`
   */
  replay(
    path: string,
    on: "sim" | "files" | "qemu",
    qemu: ReplayRequest["qemu"],
  ): Promise<Replayed>;
}
