/**
 * An administrator's commands as rests of the process that sends them: each is begun, waits for its
 * drained section, and takes effect (src/system/permission-chart.ts).
 */
import { type DrainedSection, isQuiesced } from "../../../graph/drained-section.ts";
import type { ChartMutation } from "../../../system/system.ts";
import { all, block, goto, some, stands, when } from "../../program/build.ts";
import type { Expression, Node, Statement } from "../../program/program.ts";
import { alternative, type Carrier, IDLE } from "./carrier.ts";
import type { GraphChange } from "./graph-phases.ts";
import type { PlannedPhase } from "./plan.ts";
import type { Player } from "./player.ts";
import { drainingNode, drains, stageNode } from "./stages.ts";
import type { TaskRole } from "./tasks.ts";

/** Who acts while commands are sent. */
export interface Meanwhile {
  readonly mutation: ChartMutation | null;
  readonly players: readonly Player[];
  readonly tasks: readonly Carrier[];
  readonly roles: ReadonlyMap<string, TaskRole>;
  /** what a command does, as code */
  change(changes: readonly GraphChange[]): Statement[];
}

/** The administrator's commands: each is begun, drains, and takes effect. */
export function administration(phase: PlannedPhase, index: number, meanwhile: Meanwhile): Node[] {
  return phase.stages.slice(1).flatMap(({ command, section, changes }, stage): Node[] => {
    const name = command?.execute ?? "";
    const effect = [...meanwhile.change(changes), goto(stageNode(index, stage + 1))];
    if (!drains(phase, stage, meanwhile.mutation)) {
      return [rest(stageNode(index, stage), "BEGIN", `${name} takes effect`, effect)];
    }
    const draining = drainingNode(index, stage);
    const quiesces = `${name} quiesces ${[...section.users].join(", ") || "nobody"}`;
    const quiet = isQuiet(section, meanwhile);
    return [
      rest(stageNode(index, stage), "BEGIN", quiesces, [goto(draining)]),
      rest(draining, "QUIET", `${name} takes effect`, [when(quiet, [], [block]), ...effect]),
    ];
  });
}

/** Whether nothing is under way in a drained section. */
function isQuiet(section: DrainedSection, { players, tasks, roles }: Meanwhile): Expression {
  const outside = players
    .filter(({ actor }) => isQuiesced(section, actor.through))
    .flatMap(({ carrier: { process, instances, queues } }) =>
      Array.from({ length: instances }, (_, index) =>
        some(...[IDLE, ...queues].map((node) => stands(process, index, node))),
      ),
    );
  const background = tasks.filter(({ process }) => {
    const role = roles.get(process);
    return role?.kind === "background" && section.nodes.has(role.node);
  });
  return all(...outside, ...background.flatMap(allIdle));
}

/** A rest with one way to leave it. */
export function rest(name: string, step: string, text: string, body: readonly Statement[]): Node {
  return { kind: "rest", name, alternatives: [alternative(step, text, body)] };
}

/** That no instance of a process is under way. */
export function allIdle({ process, instances }: Carrier): Expression[] {
  return Array.from({ length: instances }, (_, index) => stands(process, index, IDLE));
}
