/**
 * The arrows of a step: what agents called, and what answered them, found out by comparing where
 * they were with where they are.
 */
import type { Frame } from "../../system/frame.ts";
import type { Errno } from "../../vocabulary.ts";
import type { Message } from "../site/player-trace.ts";
import { type Followed, rangeText } from "./agents.ts";
import type { Lanes } from "./lanes.ts";

/**
 * The arrows of everything that agents did.
 * @param answered the agent whose image call has ended with this record, and how; null: none
 */
export function agentMessages(
  before: ReadonlyMap<number, Followed>,
  now: ReadonlyMap<number, Followed>,
  answered: { readonly agent: number; readonly errno: Errno | null } | null,
  lanes: Lanes,
): Message[] {
  const messages: Message[] = [];
  const ended = answered === null ? undefined : before.get(answered.agent);
  if (ended !== undefined && ended.call !== null) {
    const errno = answered?.errno ?? null;
    const { image, operation, offset, length } = ended.call;
    const text = `${rangeText(operation, offset, length)}: ${errno ?? "done"}`;
    const [from, to] = [lanes.image(image), innermost(ended, lanes)];
    messages.push({ from, to, text, kind: errno === null ? "answer" : "failure" });
  }
  // Who was answered first, then whoever goes on because of it.
  const order = [...new Set([...(ended === undefined ? [] : [ended.id]), ...before.keys()])];
  for (const id of order) {
    const [was, is] = [before.get(id), now.get(id)];
    if (was !== undefined) messages.push(...movedMessages(was, is, lanes));
  }
  for (const agent of now.values()) {
    if (!before.has(agent.id)) messages.push(...begunMessages(agent, lanes));
  }
  return messages;
}

function movedMessages(was: Followed, is: Followed | undefined, lanes: Lanes): Message[] {
  const frames = is?.frames ?? [];
  const kept = was.frames.filter((frame) => frames.includes(frame)).length;
  const popped = was.frames.slice(Math.max(1, kept)).toReversed();
  const answers = popped.flatMap((frame) => frameMessages(frame, "answer", lanes));
  return [...answers, ...(is === undefined ? [] : deeper(is, kept, was, lanes))];
}

function begunMessages(agent: Followed, lanes: Lanes): Message[] {
  const [root] = agent.frames;
  const isTask = agent.request < 0 && root !== undefined;
  const task: Message[] = isTask
    ? [{ from: agent.lane, to: agent.lane, text: `${agent.name} begins`, kind: "note" }]
    : [];
  return [...task, ...deeper(agent, 1, null, lanes)];
}

const WAITS: ReadonlySet<Followed["blocked"]> = new Set(["ask", "queued"]);

/** Calls that led an agent deeper: from node to node, and to an image. */
function deeper(agent: Followed, kept: number, was: Followed | null, lanes: Lanes): Message[] {
  const frames = agent.frames.slice(Math.max(1, kept));
  const calls = frames.flatMap((frame) => frameMessages(frame, "call", lanes));
  if (agent.call !== null && agent.call !== was?.call) {
    const { image, operation, offset, length } = agent.call;
    const [from, to] = [innermost(agent, lanes), lanes.image(image)];
    calls.push({ from, to, text: rangeText(operation, offset, length), kind: "call" });
  } else if (WAITS.has(agent.blocked) && agent.blocked !== was?.blocked) {
    const at = innermost(agent, lanes);
    calls.push({ from: at, to: at, text: `${agent.name} waits`, kind: "note" });
  }
  return calls;
}

/** A frame is entered, or left: an arrow between the nodes, unless it is one and the same. */
function frameMessages(frame: Frame, kind: "call" | "answer", lanes: Lanes): Message[] {
  if (frame.up === null) return [];
  const caller = lanes.node(frame.up.node.description.name);
  const callee = lanes.node(frame.node.description.name);
  if (caller === callee) return [];
  const operation = frame.automaton.name.replace(/^.*\//, "");
  const text = rangeText(operation, frame.offset, frame.length);
  return kind === "call"
    ? [{ from: caller, to: callee, text, kind }]
    : [{ from: callee, to: caller, text: `${text} ends`, kind }];
}

/** Where an agent stands: at the node that serves it, or still at whoever sent it. */
function innermost({ frames, lane }: Followed, lanes: Lanes): string {
  const frame = frames.at(-1);
  return frame === undefined ? lane : lanes.node(frame.node.description.name);
}
