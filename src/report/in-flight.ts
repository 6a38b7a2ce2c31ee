/**
 * Requests under way, for people: who asks for what, which charts serve it and in which state, and
 * what it waits for.
 */
import type { LogRecord } from "../log/record.ts";
import type { Execution } from "../system/execution.ts";
import type { Agent, Frame } from "../system/frame.ts";

/** One agent that has not ended. */
export interface AgentView {
  readonly agent: number;
  /** number of the request that it serves; null for a task that a request forked */
  readonly request: number | null;
  /** what it is about: `guest write 65536 bytes at 0` */
  readonly what: string;
  /** charts with the state that each is in, outermost first */
  readonly charts: readonly string[];
  readonly waits: string;
}

/**
 * All agents, in order of their ids.
 * @param records the log up to now: tells what the requests were
 */
export function agentsInFlight(execution: Execution, records: Iterable<LogRecord>): AgentView[] {
  const requests = new Map<number, string>();
  for (const record of records) {
    if (record.kind !== "io") continue;
    const { request, through, operation, offset, length } = record;
    requests.set(request, `${through} ${operation} ${length} bytes at ${offset}`);
  }
  return [...execution.agents.values()].map((agent) => ({
    agent: agent.id,
    request: agent.request < 0 ? null : agent.request,
    what: requests.get(agent.request) ?? taskText(agent),
    charts: framesOf(agent).map(frameText),
    waits: waitText(agent),
  }));
}

/** An agent in two lines. */
export function agentLines({ agent, request, what, charts, waits }: AgentView): string[] {
  const who = request === null ? `agent ${agent}` : `agent ${agent}, request ${request}`;
  const route = charts.length === 0 ? "straight to the image" : charts.join(" > ");
  return [`  ${who}: ${what}`, `    ${route}; ${waits}`];
}

function framesOf(agent: Agent): Frame[] {
  const frames: Frame[] = [];
  for (let frame = agent.frame; frame !== null; frame = frame.up) frames.unshift(frame);
  return frames;
}

function frameText({ node, automaton, state }: Frame): string {
  const name = automaton.states[state]?.name ?? "?";
  return `${node.description.name} ${automaton.name}: ${name}`;
}

function taskText(agent: Agent): string {
  const frame = framesOf(agent)[0];
  if (frame === undefined) return "task";
  const owner = agent.join?.agent.id;
  const of = owner === undefined ? "that nobody waits for" : `of agent ${owner}`;
  return `task ${of}, ${frame.length} bytes at ${frame.offset}`;
}

function waitText({ blocked, call, frame }: Agent): string {
  if (blocked === "call" && call !== null) {
    const { image, operation, offset, length } = call;
    return `waits for ${image} to ${operation} ${length} bytes at ${offset}`;
  }
  if (blocked === "join") return `waits for ${frame?.join?.pending ?? 0} tasks`;
  return blocked === "ask" ? "waits for its clusters" : blocked;
}
