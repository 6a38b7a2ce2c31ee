/**
 * Requests under way as a trace follows them: what each is called, on whose line it stands, and how
 * deep in the graph it is.
 */
import type { Execution } from "../../system/execution.ts";
import type { Agent, Frame, ImageCall } from "../../system/frame.ts";
import type { Operation } from "../../vocabulary.ts";
import { bytesText } from "../bytes-text.ts";
import type { Lanes } from "./lanes.ts";

/** An agent as it was after a record. */
export interface Followed {
  readonly id: number;
  /** `request 3`, `task 5 of request 3` */
  readonly name: string;
  /** whose line it stands on */
  readonly lane: string;
  readonly request: number;
  /** the frames, outermost first; frames themselves change as they go on */
  readonly frames: readonly Frame[];
  readonly call: ImageCall | null;
  readonly blocked: Agent["blocked"];
  /** where it stands and what it waits for, in words */
  readonly standing: string;
}

/** A request, as far as others speak of it. */
export interface KnownRequest {
  readonly lane: string;
  /** the line of the node or image that it was handed to first; null: not known */
  readonly entry: string | null;
  /** `write 64 KiB at 0` */
  readonly what: string;
  readonly through: string;
  readonly operation: Operation;
  readonly offset: number;
  readonly length: number;
}

/** All agents as they are now. */
export function followed(
  execution: Execution,
  requests: ReadonlyMap<number, KnownRequest>,
  before: ReadonlyMap<number, Followed>,
  lanes: Lanes,
): Map<number, Followed> {
  const now = new Map<number, Followed>();
  for (const agent of execution.agents.values()) {
    const { id, call, blocked } = agent;
    const frames = framesOf(agent);
    const request = requests.get(agent.request);
    const known = before.get(id);
    const name = known?.name ?? nameOf(agent);
    const root = frames[0];
    const own = root === undefined ? "" : lanes.node(root.node.description.name);
    const lane = known?.lane ?? request?.lane ?? own;
    const shown = { frames, call: blocked === "call" ? call : null, blocked };
    const standing = standingOf(agent, frames);
    now.set(id, { id, name, lane, request: agent.request, ...shown, standing });
  }
  return now;
}

/** `write 64 KiB at 0`. */
export function rangeText(operation: string, offset: number, length: number): string {
  return operation === "flush"
    ? "flush"
    : `${operation} ${bytesText(length)} at ${placeText(offset)}`;
}

function placeText(offset: number): string {
  return offset === 0 ? "0" : bytesText(offset);
}

function framesOf(agent: Agent): Frame[] {
  const frames: Frame[] = [];
  for (let { frame } = agent; frame !== null; frame = frame.up) frames.unshift(frame);
  return frames;
}

function nameOf({ id, request, join }: Agent): string {
  if (request >= 0) return `request ${request}`;
  return join === null ? `task ${id}` : `task ${id} of ${nameOf(join.agent)}`;
}

function standingOf(agent: Agent, frames: readonly Frame[]): string {
  const route = frames.map(({ node, automaton, state }) => {
    const aspect = automaton.name.replace(/^.*\//, "");
    return `${node.description.name} ${aspect}: ${automaton.states[state]?.name ?? "?"}`;
  });
  return [...route, waitText(agent)].join(", ");
}

function waitText({ blocked, call, frame, through }: Agent): string {
  switch (blocked) {
    case "call":
      return call === null
        ? "waits for an image"
        : `waits for ${call.image} to ${rangeText(call.operation, call.offset, call.length)}`;
    case "join":
      return waitsForText(frame?.join?.pending ?? 0);
    case "ask":
      return "waits to be let go on";
    case "queued":
      return `waits before the quiesced ${through ?? "device"}`;
    default:
      return blocked;
  }
}

function waitsForText(tasks: number): string {
  return tasks === 1 ? "waits for a task" : `waits for ${tasks} tasks`;
}
