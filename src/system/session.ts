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
import { EMPTY_GRAPH, type Graph, rootNode } from "../graph/graph.ts";

import { hasher } from "../log/chain.ts";
import { expandFill } from "../log/fill.ts";
import type { Fill, LogBody } from "../log/record.ts";
import { CHANGING_OPERATIONS, type Errno, type Operation } from "../vocabulary.ts";
import { answerSystem } from "./answer-system.ts";
import { Execution } from "./execution.ts";
import type { Agent, Outcome } from "./frame.ts";
import type { LiveNode } from "./live-node.ts";
import { type ImageReader, Monitor, type Watch } from "./monitor.ts";
import type { Property } from "./property.ts";
import type { SystemRules } from "./system.ts";

/** Where records go. */
export interface RecordSink {
  append(body: LogBody): { readonly seq: number };
}

/** A request as a user spells it. Offsets are bytes of the device or export. */
export interface RequestSpec {
  readonly through: string;
  readonly operation: Operation;
  readonly offset: number;
  readonly length: number;
  /** payload of a write */
  readonly data?: Fill | undefined;
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
  /** a request is over; `data` of a successful read holds what it returned */
  completed?(request: number, outcome: Outcome, data: Uint8Array | null): void;
}

interface Open {
  readonly watch: Watch | null;
  readonly operation: Operation;
  readonly data: Uint8Array | null;
}

/** The longest request, in bytes: what an NBD server of QEMU accepts. */
const REQUEST_LENGTH_MAX = 32 * 1024 * 1024;

const CARRY_DATA: ReadonlySet<Operation> = new Set(["read", "write", "write-unchanged"]);
const SNAPSHOT: ReadonlySet<Operation> = new Set([
  "snapshot-read",
  "snapshot-discard",
  "snapshot-block-status",
]);
export class Session {
  readonly execution: Execution;
  readonly monitor: Monitor;
  readonly #options: SessionOptions;
  readonly #open = new Map<number, Open>();
  /** devices and exports that were used, until the graph changes */
  readonly #entries = new Map<string, { readonly node: LiveNode; readonly writable: boolean }>();
  #graph: Graph = EMPTY_GRAPH;
  #nextRequest = 0;
  #nextCommand = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.monitor = new Monitor(options.properties, options.readImage);
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
   * Executes a graph command. Legal only while nothing is in flight: QEMU drains first, and so must
   * whoever calls this.
   * @returns null, or QEMU's text if the command was refused
   */
  command(command: QmpCommand): string | null {
    if (this.execution.agents.size > 0) {
      throw new BlockgraphError(
        "log-not-enabled",
        `${command.execute} with ${this.execution.agents.size} agents in flight; ` +
          "let them end before the graph changes",
      );
    }
    const id = this.#nextCommand++;
    const { rules } = this.#options;
    const { execute } = command;
    this.#append({ kind: "qmp", id, execute, arguments: command.arguments });
    const { graph, system, refusal } = answerSystem(this.#graph, command, rules);
    this.#graph = graph;
    if (system === null) {
      this.#append({ kind: "error", id, class: "GenericError", desc: refusal });
      return refusal;
    }
    this.execution.rewire(system);
    this.#entries.clear();
    const seq = this.#append({ kind: "return", id, return: {} });
    if (this.#watches) this.monitor.rewired(this.#graph, this.execution, seq);
    return null;
  }

  /**
   * Lets a request in.
   * @param buffer where a read puts its bytes, or the payload of a write (then `spec.data` must say
   * the same if the session is recorded); it must stay untouched until the request ends
   * @returns its number
   * @throws BlockgraphError `request-invalid` if it does not fit the node; nothing happened then
   */
  request(spec: RequestSpec, buffer: Uint8Array | null = null): number {
    const { node, writable } = this.#entry(spec);
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
    this.#open.set(number, { watch, operation, data });
    if (!writable && CHANGING_OPERATIONS.has(operation)) {
      this.#completed(number, { errno: "EPERM", status: null, bytes: 0 });
    } else this.execution.start({ number, node, operation, offset, length, data });
    return number;
  }

  #entry(spec: RequestSpec): { readonly node: LiveNode; readonly writable: boolean } {
    const { through } = spec;
    const known = this.#entries.get(through);
    if (known !== undefined) return known;
    const name = rootNode(this.#graph, through);
    if (name === undefined) {
      const all = [...this.#graph.devices.keys(), ...this.#graph.exports.keys()].join(", ");
      throw invalid(spec, `there is no device or export of that name (there is: ${all})`);
    }
    const writable = this.#graph.exports.get(through)?.writable ?? true;
    const entry = { node: this.execution.node(name), writable };
    this.#entries.set(through, entry);
    return entry;
  }

  /** Ends the image call that an agent waits for. */
  deliver(agent: Agent, outcome: Outcome): void {
    if (this.#options.sink !== null) this.#append(deliveryRecord(agent, outcome));
    if (this.#watches && agent.call !== null) {
      this.monitor.answered(agent.call, outcome, this.#open.get(agent.request)?.watch ?? null);
    }
    this.execution.deliver(agent, outcome);
  }

  /** A waiting agent asks again. */
  wake(agent: Agent): void {
    this.#append({ kind: "step", agent: agent.id, event: "WAKE" });
    this.execution.wake(agent);
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

/** Checks a request against its node, and finds its bytes. */
function payload(
  spec: RequestSpec,
  nodeLength: number,
  buffer: Uint8Array | null,
): Uint8Array | null {
  const { operation, offset, length, data } = spec;
  if (SNAPSHOT.has(operation)) {
    throw invalid(spec, "only a snapshot-access node may ask that of the filter below it");
  }
  if (length > REQUEST_LENGTH_MAX && CARRY_DATA.has(operation)) {
    throw invalid(spec, `a request carries at most ${REQUEST_LENGTH_MAX} bytes; split it`);
  }
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw invalid(spec, "offset and length are whole numbers of bytes, 0 or more");
  }
  if (offset + length > nodeLength) {
    throw invalid(spec, `the node ends at byte ${nodeLength}; ask for less`);
  }
  if (operation === "flush" && offset + length > 0) {
    throw invalid(spec, "a flush has neither offset nor length; give 0 for both");
  }
  if (buffer !== null && buffer.length !== length) {
    throw invalid(spec, `the buffer has ${buffer.length} bytes; give one of ${length}`);
  }
  if (operation === "read") return buffer ?? Buffer.alloc(length);
  if (operation !== "write" && operation !== "write-unchanged") {
    if (data !== undefined) throw invalid(spec, `a ${operation} carries no data; leave it out`);
    return null;
  }
  if (buffer !== null) return buffer;
  if (data === undefined) throw invalid(spec, 'a write needs data, such as {"byte": 17}');
  return expandFill(data, length);
}

function ioRecord(request: number, spec: RequestSpec): LogBody {
  const { through, operation, offset, length, data } = spec;
  const io = { kind: "io", request, through, operation, offset, length } as const;
  return data === undefined ? io : { ...io, data };
}

function deliveryRecord({ id: agent }: Agent, outcome: Outcome): LogBody {
  const { errno, status, bytes } = outcome;
  if (errno !== null) return { kind: "fault", agent, errno };
  const step = { kind: "step", agent, event: "DONE" } as const;
  return status === null ? step : { ...step, status: { status, bytes } };
}

function doneRecord(request: number, open: Open, outcome: Outcome): LogBody {
  const { errno, status, bytes } = outcome;
  const done = { kind: "done", request, errno } as const;
  if (errno !== null) return done;
  if (status !== null) return { ...done, status: { status, bytes } };
  if (open.operation !== "read" || open.data === null) return done;
  return { ...done, digest: hasher.digest(open.data) };
}

function invalid(spec: RequestSpec, problem: string): BlockgraphError {
  const { operation, through, offset, length } = spec;
  return new BlockgraphError(
    "request-invalid",
    `${operation} of ${length} bytes at ${offset} through '${through}': ${problem}`,
  );
}

/** The error that a call ends with when its environment makes it fail. */
export function failure(errno: Errno): Outcome {
  return { errno, status: null, bytes: 0 };
}
