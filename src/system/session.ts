/**
 * A session: one graph, its requests, and the log of everything that happens to them.
 *
 * The simulator and the runs on real images are both a session with images attached. Whatever is
 * decided from outside (a command, a request, which agent goes on) enters through one of the
 * methods below, is appended to the log as a fact, and takes effect; what follows from it is
 * appended after it. Replaying a log means calling the same methods again: the state is the fold of
 * the log.
 */

import { BlockgraphError } from "../error.ts";
import type { QmpCommand } from "../graph/commands.ts";
import {
  type DrainedSection,
  drainedSection,
  drainsNothing,
  isQuiesced,
} from "../graph/drained-section.ts";
import { clientsOf, EMPTY_GRAPH, type Graph, type JsonValue, rootNode } from "../graph/graph.ts";
import type { LogBody } from "../log/record.ts";
import { CHANGING_OPERATIONS, type Errno, type Operation } from "../vocabulary.ts";
import { answerSystem, type SystemAnswer } from "./answer-system.ts";
import { Execution } from "./execution.ts";
import { type Agent, type Outcome, rootFrame } from "./frame.ts";
import type { ImageReader } from "./layered-content.ts";
import { liveAnswer } from "./live-answer.ts";
import type { LiveNode } from "./live-node.ts";
import { Monitor, type Watch } from "./monitor.ts";
import { PermissionSystem } from "./permission-chart.ts";
import type { Property } from "./property.ts";
import { invalid, payload } from "./request-payload.ts";
import type { RequestSpec } from "./request-spec.ts";
import { deliveryRecord, doneRecord, ioRecord } from "./session-records.ts";
import type { SystemRules } from "./system.ts";

/** Where records go. */
export interface RecordSink {
  append(body: LogBody): { readonly seq: number };
}

/** What a session needs from whoever has the images. */
export interface SessionOptions {
  readonly rules: SystemRules;
  /** properties to judge; none: nothing is watched, which is faster */
  readonly properties: readonly Property[];
  /** null: nothing is recorded, and no digest is computed */
  readonly sink: RecordSink | null;
  /** reads a whole image while nothing is in flight */
  readonly readImage: ImageReader;
  /** an agent waits for an image (`agent.call`): end it with {@link Session.deliver}, later */
  called(agent: Agent): void;
  /**
   * Whether the world lets a graph come into force that was accepted: null, or QEMU's text. Absent:
   * it does.
   */
  consent?(after: Graph): string | null;
  /** a request is over; `data` of a successful read holds what it returned */
  completed?(request: number, outcome: Outcome, data: Uint8Array | null): void;
}

/** How a command was answered. */
export interface Answered {
  /** QEMU's text; null: it was accepted */
  readonly refusal: string | null;
  /** what it returned; empty if it was refused */
  readonly reply: JsonValue;
}

/** A command that waits for the requests under way. */
interface Draining {
  readonly id: number;
  readonly command: QmpCommand;
  readonly answer: SystemAnswer;
  readonly section: DrainedSection;
}

interface Open {
  readonly spec: RequestSpec;
  readonly watch: Watch | null;
  readonly operation: Operation;
  readonly data: Uint8Array | null;
}

export class Session {
  readonly execution: Execution;
  readonly monitor: Monitor;
  readonly #options: SessionOptions;
  readonly #open = new Map<number, Open>();
  /** devices, exports and jobs that were used, until the graph changes */
  readonly #entries = new Map<string, { readonly node: LiveNode; readonly writable: boolean }>();
  readonly #permissions: PermissionSystem;
  #draining: Draining | null = null;
  #graph: Graph = EMPTY_GRAPH;
  #nextRequest = 0;
  #nextCommand = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.monitor = new Monitor(options.properties, options.readImage);
    this.#permissions = new PermissionSystem(options.rules.mutation);
    this.execution = new Execution({
      called: (agent) => options.called(agent),
      completed: (request, outcome) => this.#completed(request, outcome),
    });
  }

  get graph(): Graph {
    return this.#graph;
  }

  /** Requests so far; the next one gets this number. */
  get requests(): number {
    return this.#nextRequest;
  }

  /** Requests that have not ended. */
  get inFlight(): number {
    return this.#open.size;
  }

  /**
   * Executes a graph command. Legal only while nothing is in flight: nothing has to be drained.
   * @returns null, or QEMU's text if the command was refused
   */
  command(command: QmpCommand): string | null {
    if (this.execution.agents.size > 0) {
      throw new BlockgraphError(
        "log-not-enabled",
        `${command.execute} with ${this.execution.agents.size} agents in flight; ` +
          "let them end before the graph changes, or say whom the command quiesces",
      );
    }
    const { execute, arguments: args } = command;
    const id = this.#nextCommand++;
    this.#append({ kind: "qmp", id, execute, arguments: args });
    if (!this.#permissions.begin()) this.#permissions.quiet();
    return this.#execute(id, command, this.#answer(command)).refusal;
  }

  /**
   * Begins a graph command while others do I/O. Who uses what it changes is quiesced: what their
   * devices are asked for from now on is queued, and exports and jobs send no requests.
   * @param finishing a job that the command ends, and that goes on copying until it takes effect
   * @returns its answer, if there is nothing to drain; null: it waits, see {@link Session.drained}
   */
  begin(command: QmpCommand, finishing: string | null = null): Answered | null {
    if (this.#draining !== null) {
      throw new BlockgraphError(
        "log-not-enabled",
        `${command.execute} while another command waits for its drained section; let it end first`,
      );
    }
    // One command at a time: the graph stays as it is until this one takes effect.
    const answer = this.#answer(command);
    const { execute, arguments: args } = command;
    const section = drainedSection(execute, this.#graph, answer.graph);
    const id = this.#nextCommand++;
    const quiesces = [...section.users];
    const pauses = [...section.jobs].filter((job) => job !== finishing);
    const drains = { quiesces, ...(pauses.length > 0 && { pauses }) };
    this.#append({ kind: "qmp", id, execute, arguments: args, ...drains });
    if (this.#permissions.begin()) return this.#execute(id, command, answer);
    this.#draining = { id, command, answer, section };
    for (const client of [...quiesces, ...pauses]) this.execution.quiesced.add(client);
    return drainsNothing(section) ? this.#leave(this.#draining) : null;
  }

  /** Whether a command waits for its drained section, and nothing is under way in there. */
  get quiet(): boolean {
    if (this.#draining === null) return false;
    const { section } = this.#draining;
    return ![...this.execution.agents.values()].some((agent) => this.#isWithin(agent, section));
  }

  /** Whether a command waits. */
  get draining(): boolean {
    return this.#draining !== null;
  }

  /**
   * Everything is drained: the command that waits is executed, and what was queued may enter.
   * @throws BlockgraphError `log-not-enabled` unless {@link Session.quiet}
   */
  drained(): Answered {
    const draining = this.#draining;
    if (draining === null || !this.quiet) {
      throw new BlockgraphError(
        "log-not-enabled",
        draining === null
          ? "no command waits for a drained section there"
          : `${draining.command.execute} still waits for requests; let them end first`,
      );
    }
    this.#append({ kind: "drained", id: draining.id });
    return this.#leave(draining);
  }

  /** The command that waits comes to nothing, as if it had been refused. */
  withdraw(refusal: string): Answered {
    if (this.#draining === null) throw new BlockgraphError("log-not-enabled", "no command waits");
    return this.#leave({
      ...this.#draining,
      answer: { graph: this.#graph, system: null, refusal },
    });
  }

  #leave({ id, command, answer }: Draining): Answered {
    this.#permissions.quiet();
    const answered = this.#execute(id, command, answer);
    this.#draining = null;
    this.execution.resume();
    return answered;
  }

  /** Whether an agent is under way in a drained section: it entered there, or works there. */
  #isWithin(agent: Agent, section: DrainedSection): boolean {
    if (agent.blocked === "queued") return false;
    const through = this.#open.get(agent.request)?.spec.through;
    if (through !== undefined) return isQuiesced(section, through);
    if (agent.join !== null) return this.#isWithin(agent.join.agent, section);
    const root = rootFrame(agent);
    return root !== null && section.nodes.has(root.node.description.name);
  }

  #answer(command: QmpCommand): SystemAnswer {
    const answer = answerSystem(this.#graph, command, this.#options.rules);
    if (answer.refusal !== null) return answer;
    const refusal = this.#options.consent?.(answer.graph) ?? null;
    return refusal === null ? answer : { graph: this.#graph, system: null, refusal };
  }

  #execute(id: number, command: QmpCommand, answer: SystemAnswer): Answered {
    this.#graph = answer.graph;
    this.#permissions.end(answer.system !== null);
    if (answer.system === null) {
      const { refusal } = answer;
      this.#append({ kind: "error", id, class: "GenericError", desc: refusal });
      return { refusal, reply: {} };
    }
    this.execution.rewire(answer.system, this.#graph.notices);
    this.#entries.clear();
    const reply = liveAnswer(command, answer, this.#options.rules, this.execution);
    const seq = this.#append({ kind: "return", id, return: reply });
    if (this.#watches) this.monitor.rewired(this.#graph, this.execution, seq);
    return { refusal: null, reply };
  }

  /**
   * Lets a request in.
   * @param buffer where a read puts its bytes, or the payload of a write (then `spec.data` must say
   * the same if the session is recorded); it must stay untouched until the request ends
   * @returns its number
   * @throws BlockgraphError `request-invalid` if it does not fit the node, `log-not-enabled` if its
   * export is quiesced; nothing happened then
   */
  request(spec: RequestSpec, buffer: Uint8Array | null = null): number {
    const { node, writable } = this.#entry(spec);
    this.#requireTaken(spec);
    const data = payload(spec, node.description.length, buffer);
    const number = this.#nextRequest++;
    const { through, operation, offset, length } = spec;
    if (this.#options.sink !== null) this.#append(ioRecord(number, spec));
    const watch = this.#watches
      ? this.monitor.started(
          { through, operation, offset, length, data },
          node.description.name,
          this.execution,
        )
      : null;
    this.#open.set(number, { spec, watch, operation, data });
    if (this.execution.quiesced.has(through)) {
      this.execution.queue(number, through);
    } else if (!writable && CHANGING_OPERATIONS.has(operation)) {
      this.#completed(number, { errno: "EPERM", status: null, bytes: 0 });
    } else this.execution.start({ number, node, operation, offset, length, data });
    return number;
  }

  /**
   * Whether a request may come through a device, an export or a job. Devices queue what they are
   * asked for while they are quiesced; exports take nothing, and jobs are paused.
   */
  takesRequests(through: string): boolean {
    return !this.execution.quiesced.has(through) || this.#graph.devices.has(through);
  }

  #requireTaken(spec: RequestSpec): void {
    if (this.takesRequests(spec.through)) return;
    throw new BlockgraphError(
      "log-not-enabled",
      `'${spec.through}' is quiesced and takes no requests; let the command end first`,
    );
  }

  #entry(spec: RequestSpec): { readonly node: LiveNode; readonly writable: boolean } {
    const { through } = spec;
    const known = this.#entries.get(through);
    if (known !== undefined) return known;
    const name = rootNode(this.#graph, through);
    if (name === undefined) {
      const all = clientsOf(this.#graph).map((client) => client.name);
      throw invalid(
        spec,
        `there is no device, export or job of that name (there is: ${all.join(", ")})`,
      );
    }
    const writable = this.#graph.exports.get(through)?.writable ?? true;
    const entry = { node: this.execution.node(name), writable };
    this.#entries.set(through, entry);
    return entry;
  }

  /** Ends the image call that an agent waits for. */
  deliver(agent: Agent, outcome: Outcome): void {
    const seq = this.#options.sink === null ? -1 : this.#append(deliveryRecord(agent, outcome));
    if (this.#watches && agent.call !== null) {
      const watch = this.#open.get(agent.request)?.watch ?? null;
      this.monitor.answered(agent.call, outcome, watch, seq);
    }
    this.execution.deliver(agent, outcome);
  }

  /** A waiting agent asks again. */
  wake(agent: Agent): void {
    this.#append({ kind: "step", agent: agent.id, event: "WAKE" });
    const open = this.#open.get(agent.request);
    if (agent.blocked !== "queued" || open === undefined) {
      this.execution.wake(agent);
      return;
    }
    const { spec, data } = open;
    const { operation, offset, length } = spec;
    const { node } = this.#entry(spec);
    const request = { number: agent.request, node, operation, offset, length, data };
    this.execution.admit(agent, request);
  }

  /** A guest's request stops waiting for its copies. */
  timeout(agent: Agent): void {
    this.#append({ kind: "step", agent: agent.id, event: "TIMEOUT" });
    this.execution.timeout(agent);
  }

  /** The process dies: the graph and everything in flight are gone, the images stay. */
  crash(): void {
    this.#append({ kind: "crash" });
    this.execution.crash();
    if (this.#draining !== null) this.#permissions.abandon();
    this.#draining = null;
    const watches = [...this.#open.values()].map((open) => open.watch);
    this.monitor.crashed(watches.filter((watch) => watch !== null));
    this.#open.clear();
    this.#graph = EMPTY_GRAPH;
    this.#entries.clear();
  }

  /** Leaves a remark for people in the log. */
  note(text: string): void {
    this.#append({ kind: "note", text });
  }

  get #watches(): boolean {
    return this.#options.properties.length > 0;
  }

  /** @returns the record's number; -1 if nothing is recorded */
  #append(body: LogBody): number {
    return this.#options.sink?.append(body).seq ?? -1;
  }

  #completed(request: number, outcome: Outcome): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    this.#open.delete(request);
    const seq = this.#options.sink === null ? -1 : this.#append(doneRecord(request, open, outcome));
    if (open.watch !== null) this.monitor.ended(open.watch, outcome, seq);
    this.#options.completed?.(request, outcome, open.data);
  }
}

/** The error that a call ends with when its environment makes it fail. */
export function failure(errno: Errno): Outcome {
  return { errno, status: null, bytes: 0 };
}
