/**
 * Tasks that requests fork, as processes: one instance for every cluster that a request may touch.
 *
 * A task belongs to its request until it ends, or until the request stops waiting for it. Then a
 * task that has not begun is cancelled; one that is under way moves to the background, where there
 * is an instance for every cluster.
 */
import type { Fork } from "../../../chart/effects.ts";
import { BlockgraphError } from "../../../error.ts";
import type { LiveNode } from "../../../system/live-node.ts";
import { ERRNOS } from "../../../vocabulary.ts";
import {
  all,
  binary,
  goto,
  local,
  loop,
  not,
  run,
  set,
  stands,
  table,
  when,
} from "../../program/build.ts";
import type { Statement } from "../../program/program.ts";
import { add, Carrier, IDLE } from "./carrier.ts";
import { clusterRange, type NodeSize } from "./clusters.ts";
import { type FlattenContext, flatten } from "./flatten.ts";
import { type FrameEnd, type LoweredFrame, registersOf } from "./frame.ts";
import { isSameNode } from "./same-node.ts";

const ENDED = "ended";
const VANISHED = "vanished";
const CLUSTER = "cluster";

/** The tasks of one kind that the instances of one process may have. */
interface Pool {
  readonly owner: Carrier;
  readonly depth: number;
  readonly carrier: Carrier;
  /** instances for each instance of the owner */
  readonly each: number;
  readonly begin: string;
  /** the owner's nodes that go on when all tasks ended; a fork's number is its index plus 1 */
  readonly sites: string[];
}

/** What the instances of a process are: tasks of another's instances, or of nobody any more. */
export type TaskRole =
  | { readonly kind: "task"; readonly owner: string; readonly each: number }
  | { readonly kind: "background"; readonly node: string };

export class Tasks {
  /** ends of clusters in cells, by name of the table */
  readonly tables: Record<string, readonly number[]> = {};
  readonly carriers: Carrier[] = [];
  readonly roles = new Map<string, TaskRole>();
  readonly #pools = new Map<string, Pool>();
  readonly #backgrounds = new Map<string, Carrier>();
  /** nodes that forked, by name; one that differs from graph to graph is there several times */
  readonly #nodes = new Map<string, LiveNode[]>();
  readonly #context: () => FlattenContext;

  /** @param context the one that this is a part of */
  constructor(context: () => FlattenContext) {
    this.#context = context;
  }

  fork(frame: LoweredFrame, effect: Fork, joined: string, waiting: string): Statement[] {
    const { task, over } = effect;
    const pool = this.#pool(frame, task);
    const { carrier, each, sites } = pool;
    const names = registersOf(frame.depth);
    const site = sites.push(joined);
    frame.carrier.register(names.joining, site + 1);
    const instance = add(binary("self", "*", each), binary("copied", "-", "first"));
    const { clusterCells, cells } = this.#context();
    const size = { cells: clusterCells, total: cells(frame.node.description.length) };
    const begin = [
      local("task", instance),
      carrier.write(CLUSTER, "copied", 0, "task"),
      run(carrier.process, "task", pool.begin),
    ];
    return [
      ...(over === "hull" ? [] : interior(frame, size)),
      ...clusterRange(frame, "hull", size),
      frame.carrier.write(names.errno, 0),
      loop("copied", "first", "last", oneOf(over, begin)),
      local("left", 0),
      loop("task", binary("self", "*", each), binary(binary("self", "+", 1), "*", each), [
        when(stands(carrier.process, "task", IDLE), [], [local("left", 1)]),
      ]),
      when("left", [frame.carrier.write(names.joining, site), goto(waiting)], [goto(joined)]),
    ];
  }

  abandon(frame: LoweredFrame, task: string): Statement[] {
    const pool = this.#pool(frame, task);
    const background = this.#background(frame.node, task);
    const { carrier, each } = pool;
    const names = registersOf(frame.depth);
    const moves = carrier.rests.map((rest) => {
      const cancelled = carrier.cancels.has(rest);
      return when(
        stands(carrier.process, "task", rest),
        cancelled
          ? [run(carrier.process, "task", cancelNode(rest))]
          : detach(carrier, background, rest),
      );
    });
    return [
      frame.carrier.write(names.joining, 0),
      loop("task", binary("self", "*", each), binary(binary("self", "+", 1), "*", each), moves),
    ];
  }

  /** Fills in what could not be known before all forks were found. */
  finish(): void {
    for (const pool of this.#pools.values()) {
      const { owner, carrier, each, depth, sites } = pool;
      const { joining } = registersOf(depth);
      const siblings = binary("owner", "*", each);
      carrier.pass(ENDED, [
        local("owner", binary("self", "/", each)),
        ...carrier.forget(carrier.registers),
        local("left", 0),
        loop("task", siblings, add(siblings, each), [
          when(all(binary("task", "!=", "self"), not(stands(carrier.process, "task", IDLE))), [
            local("left", 1),
          ]),
        ]),
        ...sites.map((joined, index) =>
          when(all(not("left"), binary(owner.read(joining, 0, "owner"), "==", index + 1)), [
            owner.write(joining, 0, 0, "owner"),
            local("left", 1),
            run(owner.process, "owner", joined),
          ]),
        ),
        goto(IDLE),
      ]);
    }
  }

  #pool(frame: LoweredFrame, task: string): Pool {
    const { carrier: owner, depth, hull } = frame;
    const hook = frame.node.description.name;
    const key = [owner.process, hook, this.#variant(frame.node), task, depth, hull].join("\n");
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const same = this.carriers.filter(({ process }) =>
      process.startsWith(`${owner.process} ${task}`),
    );
    const suffix = same.length === 0 ? "" : ` ${same.length + 1}`;
    const name = `${owner.process} ${task}${suffix}`;
    const carrier = this.#taskCarrier(name, owner.instances * hull, frame.node);
    this.roles.set(name, { kind: "task", owner: owner.process, each: hull });
    const { errno } = registersOf(depth);
    const begin = this.#flattenTask(carrier, frame.node, task, (end) => [
      ...(end.kind === "failed"
        ? [
            local("owner", binary("self", "/", hull)),
            when(binary(owner.read(errno, 0, "owner"), "==", 0), [
              owner.write(errno, ERRNOS.indexOf(end.errno) + 1, 0, "owner"),
            ]),
          ]
        : []),
      goto(ENDED),
    ]);
    carrier.reserve(ENDED);
    for (const [rest, statements] of carrier.cancels) carrier.pass(cancelNode(rest), statements);
    carrier.pass(VANISHED, [...carrier.forget(carrier.registers), goto(IDLE)]);
    const pool: Pool = { owner, depth, carrier, each: hull, begin, sites: [] };
    this.#pools.set(key, pool);
    return pool;
  }

  #background(node: LiveNode, task: string): Carrier {
    const { name, length } = node.description;
    const variant = this.#variant(node);
    const key = `${name} ${task} in background${variant === 0 ? "" : ` ${variant + 1}`}`;
    const known = this.#backgrounds.get(key);
    if (known !== undefined) return known;
    const { cells, clusterCells } = this.#context();
    const carrier = this.#taskCarrier(key, Math.ceil(cells(length) / clusterCells), node);
    this.#backgrounds.set(key, carrier);
    this.roles.set(key, { kind: "background", node: name });
    this.#flattenTask(carrier, node, task, () => [goto(VANISHED)]);
    carrier.pass(VANISHED, [...carrier.forget(carrier.registers), goto(IDLE)]);
    for (const rest of carrier.rests) carrier.pass(adoptNode(rest), [goto(rest)]);
    return carrier;
  }

  /** Tells nodes of one name apart that are not the same. */
  #variant(node: LiveNode): number {
    const { description } = node;
    const known = this.#nodes.get(description.name) ?? [];
    this.#nodes.set(description.name, known);
    const found = known.findIndex((other) => isSameNode(other.description, description));
    return found < 0 ? known.push(node) - 1 : found;
  }

  #taskCarrier(process: string, instances: number, node: LiveNode): Carrier {
    const { cells, clusterCells } = this.#context();
    const carrier = new Carrier(process, instances);
    const clusters = Math.ceil(cells(node.description.length) / clusterCells);
    carrier.reserve(IDLE);
    carrier.rest(IDLE, []);
    carrier.numberRegister(CLUSTER, clusters);
    this.carriers.push(carrier);
    return carrier;
  }

  #flattenTask(
    carrier: Carrier,
    node: LiveNode,
    task: string,
    end: (end: FrameEnd) => Statement[],
  ): string {
    const automaton = node.description.tasks.get(task);
    const { name, length } = node.description;
    if (automaton === undefined) {
      throw new BlockgraphError(
        "chart-malformed",
        `node '${name}': its driver has no task ${task}`,
      );
    }
    const { clusterCells, cells } = this.#context();
    const ends = `${name} cluster ends`;
    const total = cells(length);
    this.tables[ends] = Array.from({ length: Math.ceil(total / clusterCells) }, (_, index) =>
      Math.min((index + 1) * clusterCells, total),
    );
    const frame: LoweredFrame = {
      carrier,
      path: task,
      node,
      within: [name],
      automaton,
      tells: false,
      lo: binary(carrier.read(CLUSTER), "*", clusterCells),
      hi: table(ends, carrier.read(CLUSTER)),
      longest: clusterCells,
      hull: 1,
      data: null,
      depth: 0,
      end,
    };
    return flatten(frame, this.#context());
  }
}

/** Sets locals `covers` and `covered` (exclusive): the clusters that a request covers wholly. */
function interior(frame: LoweredFrame, size: NodeSize): Statement[] {
  return [
    ...clusterRange(frame, "interior", size),
    local("covers", "first"),
    local("covered", "last"),
  ];
}

/** The clusters of the hull for which a task begins. */
function oneOf(over: Fork["over"], begin: readonly Statement[]): readonly Statement[] {
  if (over === "hull") return begin;
  return over === "interior" ? [when(COVERED, begin)] : [when(COVERED, [], begin)];
}

const COVERED = all(binary("copied", ">=", "covers"), binary("copied", "<", "covered"));

const cancelNode = (rest: string) => `cancelled: ${rest}`;
const adoptNode = (rest: string) => `adopted: ${rest}`;

/** Moves the task `task` at a rest to the background. */
function detach(carrier: Carrier, background: Carrier, rest: string): Statement[] {
  const { process, instances } = background;
  if (carrier.joins.has(rest)) {
    return [{ kind: "fail", message: `${rest}: a task that forked cannot go to the background` }];
  }
  const message = `${process}: more tasks in the background than the disk has clusters`;
  const copies = carrier.registers.map((name) => {
    const stride = carrier.stride(name);
    return loop("copied", 0, stride, [
      set(
        background.fieldOf(name),
        add(binary("spot", "*", stride), "copied"),
        carrier.kept(name, "copied", "task"),
      ),
    ]);
  });
  const wanted = binary(add(carrier.read(CLUSTER, 0, "task"), "tried"), "%", instances);
  return [
    local("spot", -1),
    loop("tried", 0, instances, [
      local("wanted", wanted),
      when(all(binary("spot", "<", 0), stands(process, "wanted", IDLE)), [local("spot", "wanted")]),
    ]),
    when(binary("spot", "<", 0), [{ kind: "fail", message }]),
    ...copies,
    run(process, "spot", adoptNode(rest)),
    run(carrier.process, "task", VANISHED),
  ];
}
