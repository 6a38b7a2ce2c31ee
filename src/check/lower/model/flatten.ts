/**
 * Request charts to nodes of a process: one frame after the other, callees below their callers.
 *
 * A state that takes no time becomes a node that is passed through; one that waits for an image,
 * for a chart or for tasks becomes a rest. What each effect means is said in
 * src/system/execution.ts; this is the same, as code.
 */
import type { Call, Effect, Fork } from "../../../chart/effects.ts";
import { BlockgraphError } from "../../../error.ts";
import { FAILED } from "../../../system/outcome.ts";
import { ERRNOS } from "../../../vocabulary.ts";
import { binary, block, cover, goto, local, loop, term, when } from "../../program/build.ts";
import type { Alternative, Expression, Statement } from "../../program/program.ts";
import { add, alternative } from "./carrier.ts";
import type { ChartTables } from "./charts.ts";
import { askCode, coveredCells, type NodeSize } from "./clusters.ts";
import {
  type FrameEnd,
  type LoweredFrame,
  oldAccess,
  partOf,
  type RegisterAccess,
  registersOf,
  spanOf,
} from "./frame.ts";
import { type ImageAccess, type ImageContext, imageAlternatives } from "./image-call.ts";

/** What lowering a frame needs to know of the rest of the program. */
export interface FlattenContext extends ImageContext {
  readonly charts: ChartTables;
  /** cells of a cluster */
  readonly clusterCells: number;
  /** values that a cell can have */
  readonly values: number;
  /** bytes to cells */
  cells(bytes: number): number;
  /** the code that starts the tasks of a fork; goes on at `joined`, or rests at `waiting` */
  fork(frame: LoweredFrame, effect: Fork, joined: string, waiting: string): Statement[];
  /** what a frame that waits for tasks does when it stops waiting, before it goes on */
  abandon(frame: LoweredFrame, task: string): Statement[];
}

/** Makes the nodes of a frame, and those below it. @returns the node at which it begins */
export function flatten(frame: LoweredFrame, context: FlattenContext): string {
  const { carrier, path, automaton } = frame;
  const begin = `${path} begins`;
  if (!carrier.reserve(begin)) return begin;
  const registers = registersOf(frame.depth);
  const moves = automaton.states.length > 0 && usesPosition(frame);
  if (moves) {
    carrier.register(registers.position, frame.longest + 1);
    carrier.register(registers.spanEnd, frame.longest + 1);
  }
  if (frame.tells) {
    carrier.register(registers.status, 3, 1, ["none", "data", "zero"]);
    carrier.register(registers.told, frame.longest + 1);
  }
  const flattening = new Flattening(frame, context);
  carrier.pass(begin, [
    ...(moves ? [carrier.write(registers.position, 0), carrier.write(registers.spanEnd, 0)] : []),
    ...flattening.go(0),
  ]);
  return begin;
}

/** Whether some state of the chart goes on piece by piece. */
function usesPosition({ automaton }: LoweredFrame): boolean {
  automaton.complete();
  return automaton.states.some(({ effect }) => {
    if (effect === null) return false;
    if (effect.kind === "advance") return true;
    return "over" in effect && (effect.over === "rest" || effect.over === "span");
  });
}

class Flattening {
  readonly #frame: LoweredFrame;
  readonly #context: FlattenContext;

  constructor(frame: LoweredFrame, context: FlattenContext) {
    this.#frame = frame;
    this.#context = context;
  }

  /** Goes to a state, whose node is made if it is not there. */
  go(state: number): Statement[] {
    const { carrier } = this.#frame;
    const name = this.#nodeName(state);
    if (carrier.reserve(name)) this.#make(state, name);
    return [goto(name)];
  }

  #nodeName(state: number): string {
    return `${this.#frame.path}: ${this.#frame.automaton.states[state]?.name ?? state}`;
  }

  #make(state: number, name: string): void {
    const { carrier, automaton } = this.#frame;
    const effect = automaton.states[state]?.effect;
    switch (effect?.kind) {
      case "ask":
        this.#ask(state, name, effect);
        return;
      case "call":
        this.#call(state, name, effect);
        return;
      case "fork":
        this.#fork(state, name, effect);
        return;
      case "advance": {
        const { from, to } = spanOf(this.#frame);
        const { position } = registersOf(this.#frame.depth);
        carrier.pass(name, [
          carrier.write(position, to.distance()),
          when(
            binary(from.read(), "<", this.#frame.hi),
            this.#take(state, "MORE"),
            this.#take(state, "END"),
          ),
        ]);
        return;
      }
      case "finish":
        carrier.pass(name, this.#finish(effect));
        return;
      default:
        carrier.pass(name, [this.#malformed(state, `cannot perform ${effect?.kind ?? "nothing"}`)]);
    }
  }

  #ask(state: number, name: string, effect: Effect & { kind: "ask" }): void {
    const { carrier } = this.#frame;
    const { charts } = this.#context;
    const { cluster, node } = this.#frame.node.description;
    const code = (wait: readonly Statement[]) =>
      askCode(this.#frame, effect, {
        ...this.#size(),
        charts,
        wait,
        answered: (reply) => this.#take(state, reply),
      });
    const waiting = `${name} waits`;
    carrier.pass(name, code([goto(waiting)]));
    const automaton = effect.chart === "node" ? node : cluster;
    const event = automaton?.event(effect.event) ?? -1;
    if (automaton === null || event < 0 || effect.over === "any") return;
    if (!charts.mayRefuse(automaton, event).waits) return;
    const text = `${carrier.process} {self} is answered ${effect.event} at last`;
    carrier.reserve(waiting);
    carrier.rest(waiting, [alternative("WAKE", text, code([block]))], this.#frame.within);
    const cancels = this.#frame.depth === 0 && this.#frame.automaton.event("CANCEL") >= 0;
    if (cancels) carrier.cancels.set(waiting, this.#take(state, "CANCEL"));
  }

  #call(state: number, name: string, effect: Call): void {
    const { carrier, node } = this.#frame;
    const route = node.callRoute(effect);
    const { lo, hi } = this.#calledRange(effect);
    const register = this.#register(effect);
    if (route.kind === "refused") {
      carrier.pass(name, this.#take(state, FAILED[route.errno]));
    } else if (route.kind === "ignored") {
      carrier.pass(name, this.#take(state, "DONE"));
    } else if (route.kind === "image") {
      const access: ImageAccess = {
        image: route.image,
        operation: route.operation,
        shift: this.#context.cells(route.shift),
        lo,
        hi,
        register,
      };
      carrier.rest(
        name,
        imageAlternatives(carrier, name, access, this.#context, {
          done: () => this.#take(state, "DONE"),
          failed: (errno) => [...this.#tell(0, 0), ...this.#take(state, FAILED[errno])],
          told: (status, cells) => this.#told(state, status, cells, binary(hi, "-", lo)),
        }),
        this.#frame.within,
      );
    } else {
      this.#nested(state, name, effect, register);
    }
  }

  #nested(state: number, name: string, effect: Call, register: RegisterAccess | null): void {
    const { carrier, node, depth, path } = this.#frame;
    const route = node.callRoute(effect);
    if (route.kind !== "chart" || effect.operation === "chosen") return;
    const { lo, hi } = this.#calledRange(effect);
    const shift = this.#context.cells(route.shift);
    const same = effect.over === "request";
    const callee: LoweredFrame = {
      carrier,
      path: `${path} > ${route.node.description.name} ${route.automaton.name} from ${state}`,
      node: route.node,
      within: [...this.#frame.within, route.node.description.name],
      automaton: route.automaton,
      tells: effect.operation.endsWith("block-status"),
      lo: add(lo, shift),
      hi: add(hi, shift),
      longest: this.#frame.longest,
      hull:
        same && shift % this.#context.clusterCells === 0 ? this.#frame.hull : this.#frame.hull + 1,
      data: register,
      depth: depth + 1,
      end: (end) => this.#answered(state, end, binary(hi, "-", lo)),
    };
    carrier.pass(name, [goto(flatten(callee, this.#context))]);
  }

  /** How a call that another chart served ends. */
  #answered(state: number, end: FrameEnd, asked: Expression): Statement[] {
    switch (end.kind) {
      case "failed":
        return [...this.#tell(0, 0), ...this.#take(state, FAILED[end.errno])];
      case "done":
        return [...this.#tell(0, 0), ...this.#take(state, "DONE")];
      case "status":
        return this.#told(state, end.status, asked, asked);
      case "told":
        return [
          local("status", end.status),
          local("told", end.cells),
          when(binary("status", "==", 0), [...this.#tell(0, 0), ...this.#take(state, "DONE")]),
          when(binary("status", "==", 1), this.#told(state, "data", term("told"), asked)),
          ...this.#told(state, "zero", term("told"), asked),
        ];
    }
  }

  /** A block-status call answered: ZERO only if all that was asked for is zero (rule K5). */
  #told(state: number, status: "data" | "zero", cells: Expression, asked: Expression): Statement[] {
    const told = this.#tell(status === "zero" ? 2 : 1, cells);
    const data = this.#take(state, "DATA");
    if (status === "data") return [...told, ...data];
    const zero = this.#take(state, "ZERO");
    return [when(binary(cells, ">=", asked), [...told, ...zero], [...told, ...data])];
  }

  #tell(status: number, cells: Expression | number): Statement[] {
    if (!this.#frame.tells) return [];
    const names = registersOf(this.#frame.depth);
    const { carrier } = this.#frame;
    return [carrier.write(names.status, status), carrier.write(names.told, cells)];
  }

  #calledRange(effect: Call): { lo: Expression; hi: Expression } {
    const { lo, hi } = this.#frame;
    const { from, to } = spanOf(this.#frame);
    switch (effect.over) {
      case "request":
        return { lo, hi };
      case "span":
        return { lo: from.read(), hi: to.read() };
      case "interior":
      case "whole":
        return coveredCells(this.#frame, effect.over, this.#size());
    }
  }

  #size(): NodeSize {
    const { cells, clusterCells } = this.#context;
    return { cells: clusterCells, total: cells(this.#frame.node.description.length) };
  }

  /** The register of a call, as its first cell being that of the called range. */
  #register(effect: Call): RegisterAccess | null {
    const { carrier, depth, longest, data, lo } = this.#frame;
    if (effect.register === null) return null;
    if (effect.register === "old") {
      carrier.register(registersOf(depth).old, this.#context.values + 1, longest);
      return oldAccess(this.#frame);
    }
    if (data === null) {
      throw new BlockgraphError(
        "chart-malformed",
        `${this.#frame.automaton.name}: uses data that its request does not carry`,
      );
    }
    if (effect.over === "request") return data;
    if (effect.over === "span") return partOf(data, spanOf(this.#frame).from.distance());
    return partOf(data, binary(this.#calledRange(effect).lo, "-", lo));
  }

  #fork(state: number, name: string, effect: Fork): void {
    const { carrier, automaton, depth } = this.#frame;
    const { errno } = registersOf(depth);
    const joined = `${name} joined`;
    const waiting = `${name} waits`;
    for (const node of [joined, waiting]) carrier.reserve(node);
    carrier.register(errno, ERRNOS.length + 1);
    carrier.pass(name, this.#context.fork(this.#frame, effect, joined, waiting));
    carrier.pass(joined, [
      local("errno", carrier.read(errno)),
      carrier.write(errno, 0),
      ...ERRNOS.map((each, index) =>
        when(binary("errno", "==", index + 1), this.#take(state, FAILED[each])),
      ),
      ...this.#take(state, "DONE"),
    ]);
    const event = automaton.event("TIMEOUT");
    const tired = event >= 0 && automaton.next(state, event) >= 0;
    const text = `${carrier.process} {self} stops waiting for its copies`;
    const timeout = (): Alternative =>
      alternative(
        "TIMEOUT",
        text,
        [
          ...this.#context.abandon(this.#frame, effect.task),
          carrier.write(errno, 0),
          ...this.#take(state, "TIMEOUT"),
        ],
        { fair: false },
      );
    carrier.rest(waiting, tired ? [timeout()] : [], this.#frame.within);
    carrier.joins.add(waiting);
  }

  #finish(effect: Effect & { kind: "finish" }): Statement[] {
    const { carrier, depth, tells } = this.#frame;
    const names = registersOf(depth);
    const forget = carrier.forget([names.position, names.spanEnd, names.old]);
    if (effect.errno === "from-context") return [this.#malformed(0, "ends with no error resolved")];
    const forgetTold = tells ? carrier.forget([names.status, names.told]) : [];
    if (effect.errno !== null) {
      return [
        ...forget,
        ...forgetTold,
        ...this.#frame.end({ kind: "failed", errno: effect.errno }),
      ];
    }
    if (effect.status !== null && effect.over === "span") {
      const told = local(`told${depth}`, spanOf(this.#frame).to.distance());
      const status = term(effect.status === "zero" ? 2 : 1);
      const end = this.#frame.end({ kind: "told", status, cells: term(`told${depth}`) });
      return [told, ...forget, ...forgetTold, ...end];
    }
    if (effect.status !== null) {
      const { status } = effect;
      return [...forget, ...forgetTold, ...this.#frame.end({ kind: "status", status })];
    }
    if (!tells) return [...forget, ...this.#frame.end({ kind: "done" })];
    // Read before the registers are forgotten.
    return [
      local(`status${depth}`, carrier.read(names.status)),
      local(`told${depth}`, carrier.read(names.told)),
      ...forget,
      ...forgetTold,
      ...this.#frame.end({
        kind: "told",
        status: term(`status${depth}`),
        cells: term(`told${depth}`),
      }),
    ];
  }

  /** The chart takes an event: its moves, and on to the next state. */
  #take(state: number, eventName: string): Statement[] {
    const { automaton } = this.#frame;
    const event = automaton.event(eventName);
    const next = event < 0 ? -1 : automaton.next(state, event);
    if (next < 0) return [this.#malformed(state, `does not handle ${eventName}`)];
    return [
      cover(this.#context.charts.item(automaton, state, event)),
      ...automaton.moves(state, event).map(({ from, to }) => this.#move(from, to)),
      ...this.go(next),
    ];
  }

  #move(from: "data" | "old" | "zero", to: "data" | "old"): Statement {
    const { data, hi, lo, carrier, depth, longest } = this.#frame;
    carrier.register(registersOf(depth).old, this.#context.values + 1, longest);
    const access = (name: "data" | "old") => (name === "old" ? oldAccess(this.#frame) : data);
    const target = access(to);
    const source = from === "zero" ? null : access(from);
    if (target === null || (from !== "zero" && source === null)) {
      return this.#malformed(0, `moves ${from} to ${to}, one of which its request does not carry`);
    }
    const value = source === null ? term(0) : source.read("moved");
    return loop("moved", 0, binary(hi, "-", lo), [target.write("moved", value)]);
  }

  #malformed(state: number, problem: string): Statement {
    const { automaton, node } = this.#frame;
    const where = `${automaton.name}, state ${automaton.states[state]?.name ?? "?"}`;
    return { kind: "fail", message: `${where}, node '${node.description.name}': ${problem}` };
  }
}
