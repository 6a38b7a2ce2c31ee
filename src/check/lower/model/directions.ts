/**
 * Steps of a lowered model, said so that a session can take them.
 */
import type { Fill } from "../../../log/record.ts";
import type { AgentPlace, Direction } from "../../../system/director.ts";
import type { CommandPhase, Model } from "../../../system/model.ts";
import { ERRNOS, type Operation } from "../../../vocabulary.ts";
import type { ProgramState, Step } from "../../program/state.ts";
import { requestsOf, turnField } from "./actor-data.ts";
import { IDLE } from "./carrier.ts";
import { imageOf } from "./image-fields.ts";
import type { LoweredModel } from "./lower-model.ts";
import { CARRIES_PAYLOAD, type Plan, type PlannedActor } from "./plan.ts";
import { PHASES, stageNode } from "./stages.ts";

/**
 * @param step a step of the lowered model's program
 * @param before the state in which it was taken
 */
export function directionOf(lowered: LoweredModel, step: Step, before: ProgramState): Direction {
  const { plan } = lowered;
  if (step.process === PHASES) {
    return commandsAt(plan, step);
  }
  const actor = actorOf(plan, step.process);
  if (actor !== undefined && step.node === IDLE) return requestOf(plan, actor, step, before);
  const [event = "", , errno] = step.alternative.split(" ");
  return {
    kind: "step",
    agent: placeOf(lowered, step.process, step.instance, before),
    event: event === "WAKE" || event === "TIMEOUT" ? event : "DONE",
    errno: event === "FAULT" ? (ERRNOS.find((each) => each === errno) ?? null) : null,
    status: event === "ZERO" ? "zero" : event === "DATA" ? "data" : null,
    zeros: (image, offset, length) => zerosOf(plan, before, image, offset, length),
  };
}

/** The data that a value of a turn stands for: a byte that no other value is. */
export function turnFill(plan: Plan, value: number): Fill {
  return { byte: 0xe0 + value - plan.turnValue };
}

function actorOf(plan: Plan, process: string): PlannedActor | undefined {
  return plan.phases.flatMap(({ actors }) => actors).find(({ name }) => name === process);
}

function requestOf(plan: Plan, actor: PlannedActor, step: Step, before: ProgramState): Direction {
  const turn = before.fields[turnField(actor)]?.[0] ?? 0;
  const operation = step.alternative;
  const numbers = requestsOf(actor, asOperation(actor, operation));
  const number = actor.scripted ? turn : (numbers[step.choices.choice ?? 0] ?? 0);
  const request = actor.requests[number];
  if (request === undefined) throw new RangeError(`${actor.name} has no request ${number}`);
  const { through, name } = actor;
  const place = { actor: name, slot: step.instance };
  const spec = { through, ...request.spec };
  if (!CARRIES_PAYLOAD.has(spec.operation)) return { kind: "request", place, request: spec };
  const value = plan.turnValue + (plan.turnValues > 0 ? turn % plan.turnValues : 0);
  const data = request.fill ?? turnFill(plan, value);
  return { kind: "request", place, request: { ...spec, data } };
}

function asOperation(actor: PlannedActor, name: string): Operation {
  const found = actor.requests.find(({ spec }) => spec.operation === name);
  if (found === undefined) throw new RangeError(`${actor.name} never sends ${name}`);
  return found.spec.operation;
}

/** Which agent an instance of a process is. */
function placeOf(
  lowered: LoweredModel,
  process: string,
  instance: number,
  state: ProgramState,
): AgentPlace {
  const role = lowered.roles.get(process);
  const { geometry } = lowered.plan;
  const cluster = (state.fields[`${process} cluster`]?.[instance] ?? 1) - 1;
  const offset = geometry.byte(cluster * geometry.clusterCells);
  if (role?.kind === "task") {
    const owner = placeOf(lowered, role.owner, Math.floor(instance / role.each), state);
    return { kind: "task", owner, offset };
  }
  if (role?.kind === "background") {
    const rest = state.nodes[process]?.[instance] ?? "";
    const [, named = ""] = /^.*: (.*?)( waits)?$/.exec(rest) ?? [];
    return { kind: "background", node: role.node, offset, state: named };
  }
  return { kind: "request", request: { actor: process, slot: instance } };
}

/** What the process of the commands does. */
function commandsAt({ model, phases }: Plan, { node, alternative }: Step): Direction {
  if (alternative === "QUIET") return { kind: "drained" };
  for (const [index, { stages }] of phases.entries()) {
    const stage = stages.findIndex((_, number) => stageNode(index, number) === node);
    const command = stage < 0 ? null : (stages[stage + 1]?.command ?? null);
    if (command !== null) return { kind: "begin", command };
    if (stage >= 0) return { kind: "commands", phases: commandsAfter(model, index) };
  }
  return { kind: "commands", phases: commandsAfter(model, -1) };
}

/** The commands of a model from the end of one phase of requests to the next. */
function commandsAfter(model: Model, after: number): CommandPhase[] {
  const phases: CommandPhase[] = [];
  let phase = -1;
  for (const each of model.phases) {
    if (each.kind === "concurrent") phase++;
    if (each.kind === "commands" && phase === after) phases.push(each);
  }
  return phases;
}

function zerosOf(
  plan: Plan,
  state: ProgramState,
  image: string,
  offset: number,
  length: number,
): number {
  const { geometry } = plan;
  const values = state.fields[imageOf(image)] ?? [];
  const first = geometry.cells(offset);
  const end = geometry.cells(offset + length);
  let cell = first;
  while (cell < end && values[cell] === 0) cell++;
  return Math.min(length, (cell - first) * geometry.unit);
}
