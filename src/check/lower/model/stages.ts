/**
 * Where the commands are: the rests of the process that sends them.
 *
 * In every phase it rests once for each graph that stands while actors act, and once for every
 * drained section in between, unless nothing is drained.
 */
import { drainsNothing } from "../../../graph/drained-section.ts";
import { PermissionSystem } from "../../../system/permission-chart.ts";
import type { ChartMutation } from "../../../system/system.ts";
import type { PlannedPhase } from "./plan.ts";

/** The process that sends commands. */
export const PHASES = "commands";

/** The rest of a phase in which the graph of a stage stands, and no command is under way. */
export function stageNode(phase: number, stage: number): string {
  return stage === 0 ? `phase ${phase}` : `phase ${phase} stage ${stage}`;
}

/** The rest in which the command that ends a stage waits for its drained section. */
export function drainingNode(phase: number, stage: number): string {
  return `phase ${phase} draining ${stage}`;
}

/** A rest of a phase. */
export interface PhaseRest {
  readonly name: string;
  /** whose graph stands */
  readonly stage: number;
  /** devices, exports and jobs that are quiesced */
  readonly quiesced: ReadonlySet<string>;
}

/** Whether the command that ends a stage waits for what it drains. */
export function drains(
  { stages }: PlannedPhase,
  stage: number,
  mutation: ChartMutation | null,
): boolean {
  const section = stages[stage + 1]?.section;
  if (section === undefined || drainsNothing(section)) return false;
  return !new PermissionSystem(mutation).begin();
}

/** The rests of a phase, in order. */
export function restsOfPhase(
  phase: PlannedPhase,
  index: number,
  mutation: ChartMutation | null,
): PhaseRest[] {
  return phase.stages.flatMap((_, stage): PhaseRest[] => {
    const stands = { name: stageNode(index, stage), stage, quiesced: new Set<string>() };
    if (!drains(phase, stage, mutation)) return [stands];
    const { users = [], jobs = [] } = phase.stages[stage + 1]?.section ?? {};
    const quiesced = new Set([...users, ...jobs]);
    return [stands, { name: drainingNode(index, stage), stage, quiesced }];
  });
}
