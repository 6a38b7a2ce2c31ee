/**
 * Actors as processes: an instance for every request in flight, which chooses, waits, and chooses
 * again (src/system/actor-chart.ts). A request is sent by the first instance that has none.
 */
import type { Operation } from "../../../vocabulary.ts";
import {
  all,
  binary,
  block,
  field,
  goto,
  local,
  loop,
  set,
  stands,
  table,
  term,
  when,
} from "../../program/build.ts";
import type { Alternative, Expression, Statement } from "../../program/program.ts";
import { longestOf, operationsOf, requestsOf, turnField } from "./actor-data.ts";
import { add, alternative, Carrier, IDLE } from "./carrier.ts";
import { TOLD } from "./discard-watch.ts";
import { DOOR, findDoor } from "./doors.ts";
import { type FlattenContext, flatten } from "./flatten.ts";
import type { FrameEnd, LoweredFrame, RegisterAccess } from "./frame.ts";
import { FLUSH_SEEN } from "./guest-watch.ts";
import { imageAlternatives } from "./image-call.ts";
import {
  CARRIES_PAYLOAD,
  type Plan,
  type PlannedActor,
  type PlannedPhase,
  refusedByExport,
} from "./plan.ts";
import type { Player } from "./player.ts";
import { AFTER } from "./points-watch.ts";
import { unlessLater } from "./recommended.ts";
import { type EnteringRoute, isSameWay } from "./same-way.ts";
import type { PhaseRest } from "./stages.ts";
import type { Watch } from "./watch.ts";

/** Registers that a request uses from its beginning to its end. */
const REQUEST_REGISTERS = [
  "start",
  "end",
  "data",
  "flight",
  "seen",
  FLUSH_SEEN,
  "given",
  "copied",
  "refused",
  TOLD,
  AFTER,
];
const READS: ReadonlySet<Operation> = new Set(["read"]);

/** Makes the carriers of a phase's actors; their nodes come later, when all of them are known. */
export function makePlayers(actors: readonly PlannedActor[], plan: Plan, watch: Watch): Player[] {
  return actors.map((actor) => {
    const carrier = new Carrier(actor.name, actor.depth);
    const starts = actor.requests.map(({ start }) => start);
    carrier.numberRegister("start", Math.max(0, ...starts) + 1);
    carrier.distanceRegister("end", "start", longestOf(actor) + 1);
    const carries = actor.requests.some(
      ({ spec }) => READS.has(spec.operation) || CARRIES_PAYLOAD.has(spec.operation),
    );
    const player = { actor, carrier };
    if (carries || actor.entry.kind === "guest") {
      carrier.register("data", plan.values, longestOf(actor));
    }
    watch.declare(player, longestOf(actor));
    return player;
  });
}

/** What actors of a phase have in common. */
export interface ActingTogether {
  readonly plan: Plan;
  readonly phase: PlannedPhase;
  /** of the process that sends the commands */
  readonly rests: readonly PhaseRest[];
  readonly players: readonly Player[];
  readonly watch: Watch;
  readonly context: FlattenContext;
}

/** Makes the nodes of an actor. */
export function lowerActor(player: Player, together: ActingTogether): void {
  new ActorLowering(player, together).make();
}

class ActorLowering {
  readonly #player: Player;
  readonly #phase: PlannedPhase;
  readonly #rests: readonly PhaseRest[];
  readonly #players: readonly Player[];
  readonly #plan: Plan;
  readonly #watch: Watch;
  readonly #context: FlattenContext;
  /** the ways that requests of an operation may go, in the graphs of the phase */
  readonly #ways = new Map<Operation, EnteringRoute[]>();

  constructor(player: Player, { plan, phase, rests, players, watch, context }: ActingTogether) {
    this.#player = player;
    this.#phase = phase;
    this.#rests = rests;
    this.#players = players;
    this.#plan = plan;
    this.#watch = watch;
    this.#context = context;
  }

  make(): void {
    const { actor, carrier } = this.#player;
    carrier.reserve(IDLE);
    const operations = operationsOf(actor);
    carrier.rest(
      IDLE,
      operations.map((operation) => this.#request(operation)),
    );
  }

  /** Sending a request: one step, to its first wait. */
  #request(operation: Operation): Alternative {
    const { actor, carrier } = this.#player;
    const { name, scripted } = actor;
    const sent = field(turnField(actor));
    const numbers = requestsOf(actor, operation);
    const earlier = Array.from({ length: carrier.instances }, (_, index) =>
      when(all(binary(index, "<", "self"), stands(name, index, IDLE)), [block]),
    ).slice(0, -1);
    const kind = operationsOf(actor).indexOf(operation);
    const number = scripted ? sent : table(`${name} ${operation}`, "choice");
    const body: Statement[] = [
      ...findDoor(actor, this.#rests, this.#queue),
      when(binary(sent, ">=", actor.turns), [block]),
      ...earlier,
      local("number", number),
      ...(scripted
        ? [when(binary(table(`${name} operation`, "number"), "!=", kind), [block])]
        : []),
      local("start", table(`${name} start`, "number")),
      local("end", table(`${name} end`, "number")),
      ...unlessLater(actor, this.#plan.geometry),
      // A flush is nowhere, so it remembers no place.
      ...(operation === "flush"
        ? []
        : [carrier.write("start", "start"), carrier.write("end", "end")]),
      ...this.#payload(operation, sent),
      set(turnField(actor), 0, binary(sent, "+", 1)),
      ...this.#watch.started(this.#player, operation, this.#players),
      ...this.#enterOrQueue(operation),
    ];
    const text = `${name} {self} sends ${operation} of cells {start} to {end}`;
    const choices = scripted ? [] : [{ local: "choice", count: numbers.length }];
    return alternative(operation, text, body, { choices });
  }

  #payload(operation: Operation, sent: Expression): Statement[] {
    const { actor, carrier } = this.#player;
    if (!CARRIES_PAYLOAD.has(operation)) return [];
    const longest = longestOf(actor);
    const { turnValue, turnValues } = this.#plan;
    const value = actor.scripted
      ? table(`${actor.name} payload`, add(binary("number", "*", longest), "cell"))
      : add(turnValue, binary(sent, "%", turnValues));
    const cells = binary("end", "-", "start");
    return [loop("cell", 0, cells, [carrier.write("data", value, "cell")])];
  }

  /** The number of the queue, as a door. */
  get #queue(): number {
    return this.#phase.stages.length + 1;
  }

  #enterOrQueue(operation: Operation): Statement[] {
    const { actor, carrier } = this.#player;
    const enter = this.#enterByDoor(operation);
    const mayQueue =
      actor.queues && this.#rests.some(({ quiesced }) => quiesced.has(actor.through));
    if (!mayQueue) return enter;
    const queued = `${operation} queued`;
    if (carrier.reserve(queued)) {
      const text = `${carrier.process} {self} enters with ${operation}, after it was queued`;
      carrier.rest(queued, [
        alternative("WAKE", text, [...findDoor(actor, this.#rests, 0), ...enter]),
      ]);
      carrier.queues.add(queued);
    }
    return [when(binary(DOOR, "==", this.#queue), [goto(queued)], enter)];
  }

  #enterByDoor(operation: Operation): Statement[] {
    const stages = this.#player.actor.nodes.flatMap((node, stage) =>
      node === null ? [] : [{ node, stage }],
    );
    const ways = stages.map(({ node, stage }) => ({
      stage,
      enter: this.#enter(operation, stage, node),
    }));
    return ways.reduceRight<Statement[]>(
      (others, { stage, enter }) =>
        others.length === 0 ? enter : [when(binary(DOOR, "==", stage + 1), enter, others)],
      [],
    );
  }

  #enter(operation: Operation, stage: number, node: string): Statement[] {
    const { actor, carrier } = this.#player;
    const route = this.#phase.stages[stage]?.execution.node(node).route(operation);
    if (route === undefined) return [block];
    const failed = this.#end(operation, { kind: "failed", errno: "EPERM" });
    if (refusedByExport(actor, operation) || route.kind === "refused") return failed;
    if (route.kind === "ignored") return this.#end(operation, { kind: "done" });
    const begin = goto(this.#begin(operation, route));
    if (operation === "flush") return [begin];
    const empty = this.#player.actor.requests.some(({ start, end }) => start === end);
    if (!empty) return [begin];
    return [
      when(
        binary(carrier.read("start"), "==", carrier.read("end")),
        this.#end(operation, { kind: "done" }),
        [begin],
      ),
    ];
  }

  #begin(operation: Operation, entering: EnteringRoute): string {
    const { actor, carrier } = this.#player;
    const { route, path } = this.#way(operation, entering);
    const shift = this.#context.cells(route.shift);
    const nowhere = operation === "flush";
    const start = nowhere ? term(0) : carrier.read("start");
    const end = nowhere ? term(0) : carrier.read("end");
    const carriesData = READS.has(operation) || CARRIES_PAYLOAD.has(operation);
    const data: RegisterAccess | null = carriesData ? dataAccess(carrier) : null;
    if (route.kind === "chart") {
      const longest = longestOf(actor);
      const frame: LoweredFrame = {
        carrier,
        path,
        node: route.node,
        within: [route.node.description.name],
        automaton: route.automaton,
        tells: operation === "block-status",
        lo: add(start, shift),
        hi: add(end, shift),
        longest,
        hull: hullOf(actor, shift, this.#context.clusterCells),
        data,
        depth: 0,
        end: (ended) => this.#end(operation, ended),
      };
      return flatten(frame, this.#context);
    }
    const rest = `${path}: image`;
    if (!carrier.reserve(rest)) return rest;
    const { image } = route;
    const access = {
      image,
      operation: route.operation,
      shift,
      lo: start,
      hi: end,
      register: data,
    };
    carrier.rest(
      rest,
      imageAlternatives(carrier, rest, access, this.#context, {
        done: () => this.#end(operation, { kind: "done" }),
        failed: (errno) => this.#end(operation, { kind: "failed", errno }),
        told: (status, cells) =>
          this.#end(operation, { kind: "told", status: term(status === "zero" ? 2 : 1), cells }),
      }),
    );
    return rest;
  }

  /** Ways that are the same have one name, whatever the graph in which a request goes them. */
  #way(operation: Operation, route: EnteringRoute): { route: EnteringRoute; path: string } {
    const ways = this.#ways.get(operation) ?? [];
    this.#ways.set(operation, ways);
    const known = ways.findIndex((way) => isSameWay(way, route));
    const index = known < 0 ? ways.push(route) - 1 : known;
    return {
      route: ways[index] ?? route,
      path: index === 0 ? operation : `${operation} ${index + 1}`,
    };
  }

  #end(operation: Operation, end: FrameEnd): Statement[] {
    const told = operation === "block-status" ? this.#told(end) : [];
    return [...told, goto(this.#ended(operation, end))];
  }

  /** What a block-status request answers, and the cells from its start on that it called zero. */
  #told(end: FrameEnd): Statement[] {
    const { carrier } = this.#player;
    if (end.kind === "status") {
      const zeros = binary(carrier.read("end"), "-", carrier.read("start"));
      const isZero = end.status === "zero";
      return [local("said", isZero ? 2 : 1), local("zeros", isZero ? zeros : 0)];
    }
    if (end.kind !== "told") return [local("said", 0), local("zeros", 0)];
    const { status, cells } = end;
    const zeros = binary(binary(status, "==", 2), "*", cells);
    return [local("said", binary(binary(cells, ">", 0), "*", status)), local("zeros", zeros)];
  }

  /** The node at which a request is over. */
  #ended(operation: Operation, end: FrameEnd): string {
    const { carrier } = this.#player;
    const errno = end.kind === "failed" ? end.errno : null;
    const denied = this.#watch.copies.tells(this.#player, operation, errno);
    const failed = denied ? "denied" : "failed";
    const name = `${operation} ${errno === null ? "succeeded" : failed}`;
    if (!carrier.reserve(name)) return name;
    const judged = this.#watch.ended(this.#player, operation, errno, this.#players);
    carrier.pass(name, [
      local("start", carrier.read("start")),
      local("end", carrier.read("end")),
      ...judged,
      ...carrier.forget(REQUEST_REGISTERS),
      goto(IDLE),
    ]);
    return name;
  }
}

/**
 * Whether all requests of the actor were sent and are over, or are over and there will be no others
 * because what it went through is gone.
 */
export function isThrough({ actor, carrier }: Player): Expression {
  const idle = Array.from({ length: carrier.instances }, (_, index) =>
    stands(carrier.process, index, IDLE),
  );
  if (actor.nodes.at(-1) === null) return all(...idle);
  return all(binary(field(turnField(actor)), "==", actor.turns), ...idle);
}

function dataAccess(carrier: Carrier): RegisterAccess {
  return {
    read: (cell) => carrier.read("data", cell),
    write: (cell, value) => carrier.write("data", value, cell),
    filled: () => null,
  };
}

/** The most clusters that a request of the actor touches where it is moved by `shift` cells. */
function hullOf({ requests }: PlannedActor, shift: number, cells: number): number {
  const hulls = requests.map(
    ({ start, end }) => Math.ceil((end + shift) / cells) - Math.floor((start + shift) / cells),
  );
  return Math.max(1, ...hulls);
}
