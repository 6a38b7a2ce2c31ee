/**
 * Executing a system: agents step through automata, one at a time.
 *
 * This is the part that the simulator and the runs on real images share. It knows no clock, no
 * promise and no schedule. It runs an agent from one wait to the next, performs asks and forks, and
 * hands every call that only an image can answer to its host. The host decides when that call ends
 * and says so (`deliver`); who waits for a chart is told to try again (`wake`); and a guest that is
 * tired of waiting for its copies is told so (`timeout`). Every interleaving of these three is a
 * behaviour of the system, and nothing else is.
 */

import { BufferPool } from "../buffer-pool.ts";
import type { Call, Fork } from "../chart/effects.ts";
import { BlockgraphError } from "../error.ts";
import type { Notice } from "../graph/notice.ts";
import type { Operation } from "../vocabulary.ts";
import { ask, clusterRange, wouldAnswer } from "./ask.ts";
import { failedAt, noteFailure } from "./failed-at.ts";
import { type Agent, DONE, type Frame, type Join, newFrame, type Outcome } from "./frame.ts";
import { LiveNode } from "./live-node.ts";
import { malformed } from "./malformed.ts";
import { byteRange, FAILED, finishOutcome, outcomeEvent, partWithin, zeros } from "./outcome.ts";
import type { System } from "./system.ts";
import { type Told, tell } from "./tell.ts";

/** What happens to requests outside the execution. */
export interface ExecutionHost {
  /** The agent waits for `agent.call`; answer with `deliver`, not from within this call. */
  called(agent: Agent): void;
  /** A request is over. */
  completed(request: number, outcome: Outcome): void;
}

/** A request that enters the graph. Offsets are bytes of the node. */
export interface EnteringRequest {
  readonly number: number;
  readonly node: LiveNode;
  readonly operation: Operation;
  readonly offset: number;
  readonly length: number;
  readonly data: Uint8Array | null;
}

export class Execution {
  /** agents that have not ended, in order of their ids */
  readonly agents = new Map<number, Agent>();
  readonly nodes = new Map<string, LiveNode>();
  /** agents that wait for a chart, or at a device, in order of arrival */
  readonly waiting = new Set<Agent>();
  /** devices and exports that a command has quiesced: nothing enters through them */
  readonly quiesced = new Set<string>();
  /** agents that wait for an image */
  calling = 0;
  /** nodes that were closed while something was in flight */
  readonly #closed = new Map<string, LiveNode>();
  /** whether a chart changed since the waiting agents were last looked at */
  #changed = false;
  readonly #host: ExecutionHost;
  readonly #buffers = new BufferPool();
  #nextAgent = 0;

  /** what the command that changed the graph last has told charts of nodes */
  told: readonly Told[] = [];

  constructor(host: ExecutionHost) {
    this.#host = host;
  }

  /**
   * Puts a changed graph in force. Nodes that stay keep what they remember. Requests in flight go
   * on through the nodes that they entered, even if these were closed, which they must not be.
   * @param notices what the command that changed it tells the charts of nodes
   */
  rewire(system: System, notices: readonly Notice[] = []): void {
    if (this.agents.size === 0) this.#closed.clear();
    for (const [name, description] of system.nodes) {
      const node = this.nodes.get(name);
      if (node === undefined) this.nodes.set(name, new LiveNode(description, (n) => this.node(n)));
      else node.rewire(description);
    }
    this.told = tell(notices, (name) => this.node(name));
    if (notices.length > 0) this.#changed = true;
    for (const [name, node] of this.nodes) {
      if (system.nodes.has(name)) continue;
      this.nodes.delete(name);
      if (this.agents.size > 0) this.#closed.set(name, node);
    }
  }

  /** The live node of that name. */
  node(name: string): LiveNode {
    const node = this.nodes.get(name) ?? this.#closed.get(name);
    if (node !== undefined) return node;
    throw new BlockgraphError("request-invalid", `there is no node '${name}' in the graph`);
  }

  /** Lets a request in and runs it to its first wait. It may be over when this returns. */
  start(request: EnteringRequest): void {
    this.#enter(request, null);
  }

  /** A request waits until the device that it came through is quiesced no more. */
  queue(number: number, through: string): void {
    const agent = this.#agent(number, null, null);
    agent.blocked = "queued";
    agent.through = through;
    this.waiting.add(agent);
  }

  /** A command has changed the graph, or not: what it quiesced goes on. */
  resume(): void {
    this.quiesced.clear();
    this.#changed = true;
  }

  /** Lets a request in that was queued. Only legal if {@link canWake}. */
  admit(agent: Agent, request: EnteringRequest): void {
    this.waiting.delete(agent);
    this.#enter(request, agent);
  }

  /** @param queued the agent of the request, if it waited outside */
  #enter(request: EnteringRequest, queued: Agent | null): void {
    const { number, offset, length, data } = request;
    const route = request.node.route(request.operation);
    const over = (outcome: Outcome) => {
      if (queued !== null) this.agents.delete(queued.id);
      this.#host.completed(number, outcome);
    };
    if (route.kind === "refused") over({ ...DONE, errno: route.errno });
    else if (route.kind === "ignored" || (length === 0 && request.operation !== "flush")) {
      over(DONE);
    } else if (route.kind === "image") {
      const agent = queued ?? this.#agent(number, null, null);
      const { image, operation, shift } = route;
      this.#callImage(agent, { image, operation, offset: offset + shift, length, buffer: data });
    } else {
      const at = { offset: offset + route.shift, length, data };
      const frame = newFrame(null, route.node, route.automaton, at);
      const agent = queued ?? this.#agent(number, frame, null);
      agent.frame = frame;
      this.#advance(agent, frame);
    }
  }

  /** Ends the image call that the agent waits for, and runs the agent on. */
  deliver(agent: Agent, outcome: Outcome): void {
    agent.call = null;
    this.calling--;
    const { frame } = agent;
    if (frame === null) this.#end(agent, outcome);
    else {
      this.#answerCall(frame, outcome);
      this.#advance(agent, frame);
    }
  }

  /** Whether a waiting agent would be answered if it asked again. */
  canWake(agent: Agent): boolean {
    const { frame, blocked, through } = agent;
    if (blocked === "queued") return through !== null && !this.quiesced.has(through);
    if (blocked !== "ask" || frame === null) return false;
    const effect = frame.automaton.states[frame.state]?.effect;
    return effect?.kind === "ask" && wouldAnswer(frame, effect);
  }

  /** Of the agents that would be answered now, the one that has waited longest; null: none. */
  longestWaiting(): Agent | null {
    if (!this.#changed) return null;
    for (const agent of this.waiting) if (this.canWake(agent)) return agent;
    this.#changed = false;
    return null;
  }

  /** Lets a waiting agent ask again. Only legal if {@link canWake}. */
  wake(agent: Agent): void {
    const { frame } = agent;
    if (frame === null) return;
    this.waiting.delete(agent);
    this.#advance(agent, frame);
  }

  /** Whether the agent waits for tasks and may stop waiting. */
  canTimeOut(agent: Agent): boolean {
    if (agent.blocked !== "join" || agent.frame === null) return false;
    const { automaton, state } = agent.frame;
    const event = automaton.event("TIMEOUT");
    return event >= 0 && automaton.next(state, event) >= 0;
  }

  /** The agent stops waiting: tasks that have not begun are cancelled, the others run on. */
  timeout(agent: Agent): void {
    const { frame } = agent;
    if (frame === null) return;
    const tasks = frame.join?.tasks ?? [];
    frame.join = null;
    for (const task of tasks) {
      task.join = null;
      const waiting = task.blocked === "ask" ? task.frame : null;
      if (waiting === null || waiting.automaton.event("CANCEL") < 0) continue;
      this.waiting.delete(task);
      this.#take(waiting, "CANCEL");
      this.#advance(task, waiting);
    }
    this.#take(frame, "TIMEOUT");
    this.#advance(agent, frame);
  }

  /** Forgets everything under way and every node: what a crash does. Images are not touched. */
  crash(): void {
    this.agents.clear();
    this.calling = 0;
    this.waiting.clear();
    this.quiesced.clear();
    this.nodes.clear();
  }

  #agent(request: number, frame: Frame | null, join: Join | null): Agent {
    const id = this.#nextAgent++;
    const through = null;
    const agent: Agent = { id, request, frame, through, blocked: "running", call: null, join };
    this.agents.set(id, agent);
    return agent;
  }

  /** Runs an agent until it waits or ends. */
  #advance(agent: Agent, from: Frame): void {
    agent.blocked = "running";
    let frame = from;
    for (;;) {
      const effect = frame.automaton.states[frame.state]?.effect;
      switch (effect?.kind) {
        case "ask": {
          const reply = ask(frame, effect);
          if (reply === null) {
            agent.blocked = "ask";
            this.waiting.add(agent);
            return;
          }
          this.#changed ||= frame.node.changed;
          frame.node.changed = false;
          this.#take(frame, reply);
          break;
        }
        case "call": {
          const callee = this.#call(agent, frame, effect);
          if (callee === null) return;
          frame = callee;
          break;
        }
        case "fork":
          if (this.#fork(agent, frame, effect)) return;
          break;
        case "advance":
          frame.position = frame.spanEnd;
          this.#take(frame, frame.position < frame.offset + frame.length ? "MORE" : "END");
          break;
        case "finish": {
          const outcome = finishOutcome(frame, effect);
          if (frame.old !== null) this.#buffers.give(frame.old);
          if (frame.up === null) {
            this.#end(agent, failedAt(frame, outcome));
            return;
          }
          frame = frame.up;
          agent.frame = frame;
          this.#answerCall(frame, outcome);
          break;
        }
        default:
          throw malformed(frame, `cannot perform ${effect?.kind ?? "a state without effect"}`);
      }
    }
  }

  /** @returns the frame to go on with, or null if the agent has to wait */
  #call(agent: Agent, frame: Frame, effect: Call): Frame | null {
    const { offset, length: asked } = byteRange(frame, effect);
    const route = frame.node.callRoute(effect);
    const register = this.#register(frame, effect, offset, asked);
    const { length, data } = partWithin(frame, effect, { offset, length: asked, data: register });
    const isBeyond = length === 0 && asked > 0;
    if (route.kind === "refused" || route.kind === "ignored" || isBeyond) {
      const errno = route.kind === "refused" ? route.errno : null;
      this.#answerCall(frame, isBeyond ? zeros(effect, asked) : { ...DONE, errno });
      return frame;
    }
    if (route.kind === "image") {
      const { image, operation, compressed, shift } = route;
      const at = { offset: offset + shift, length, buffer: data };
      this.#callImage(agent, { image, operation, compressed, ...at });
      return null;
    }
    const at = { offset: offset + route.shift, length, data };
    const callee = newFrame(frame, route.node, route.automaton, at);
    agent.frame = callee;
    return callee;
  }

  #callImage(agent: Agent, call: Agent["call"]): void {
    agent.call = call;
    agent.blocked = "call";
    this.calling++;
    this.#host.called(agent);
  }

  #register(frame: Frame, effect: Call, offset: number, length: number): Uint8Array | null {
    if (effect.register === null) return null;
    if (effect.register === "old") {
      if (effect.operation !== "read" && !frame.oldFilled) {
        throw malformed(frame, "uses the register old, into which nothing was read");
      }
      frame.old ??= this.#buffers.take(frame.length);
      return frame.old;
    }
    if (frame.data === null) throw malformed(frame, "uses data that its request does not carry");
    if (length === frame.length) return frame.data;
    const from = offset - frame.offset;
    return frame.data.subarray(from, from + length);
  }

  /** @returns whether the agent has to wait */
  #fork(agent: Agent, frame: Frame, effect: Fork): boolean {
    const { description } = frame.node;
    const automaton = description.tasks.get(effect.task);
    if (automaton === undefined) throw malformed(frame, `has no task ${effect.task}`);
    const join: Join = { agent, frame, tasks: [], pending: 1, errno: null, at: null };
    frame.join = join;
    const { first, end } = clusterRange(frame, "hull");
    const covered = effect.over === "hull" ? null : clusterRange(frame, "interior");
    for (let cluster = first; cluster < end; cluster++) {
      const whole = covered !== null && covered.first <= cluster && cluster < covered.end;
      if (covered !== null && whole !== (effect.over === "interior")) continue;
      const offset = cluster * description.clusterSize;
      const length = Math.min(description.clusterSize, description.length - offset);
      const at = { offset, length, data: null };
      const taskFrame = newFrame(null, frame.node, automaton, at);
      const task = this.#agent(-1, taskFrame, join);
      join.tasks.push(task);
      join.pending++;
      this.#advance(task, taskFrame);
    }
    join.pending--;
    if (join.pending > 0) {
      agent.blocked = "join";
      return true;
    }
    this.#joined(join);
    return false;
  }

  #joined({ frame, errno, at }: Join): void {
    frame.join = null;
    frame.failedAt = at;
    this.#take(frame, errno === null ? "DONE" : FAILED[errno]);
  }

  #end(agent: Agent, outcome: Outcome): void {
    agent.blocked = "ended";
    this.agents.delete(agent.id);
    if (agent.request >= 0) this.#host.completed(agent.request, outcome);
    const { join } = agent;
    if (join === null) return;
    noteFailure(join, outcome);
    join.pending--;
    if (join.pending > 0 || join.agent.blocked !== "join") return;
    this.#joined(join);
    this.#advance(join.agent, join.frame);
  }

  #answerCall(frame: Frame, outcome: Outcome): void {
    frame.status = outcome.status;
    frame.bytes = outcome.bytes;
    const effect = frame.automaton.states[frame.state]?.effect;
    if (effect?.kind === "call") {
      if (outcome.errno !== null) frame.failedAt = effect.child;
      else if (effect.register === "old") frame.oldFilled = true;
    }
    this.#take(frame, outcomeEvent(frame, outcome));
  }

  #take(frame: Frame, eventName: string): void {
    const { automaton, state } = frame;
    const event = automaton.event(eventName);
    const next = event < 0 ? -1 : automaton.next(state, event);
    if (next < 0) throw malformed(frame, `does not handle ${eventName}`);
    for (const move of automaton.moves(state, event)) {
      const to = move.to === "data" ? frame.data : frame.old;
      const from = move.from === "data" ? frame.data : frame.old;
      if (to === null) throw malformed(frame, `moves to ${move.to}, which is empty`);
      if (move.from === "zero") to.fill(0);
      else if (from === null) throw malformed(frame, `moves from ${move.from}, which is empty`);
      else to.set(from);
    }
    frame.state = next;
  }
}
