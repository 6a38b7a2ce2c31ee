/**
 * A model of a design, with its graph, drivers and workload, as a program that can be checked.
 *
 * Phases become rests of one process, whose steps are the commands between them; actors, tasks and
 * tasks in the background are processes of their own; images, cluster charts and node charts are
 * fields. A model is lowered as it stands; bounds narrow how often actors that choose may choose.
 *
 * An administrator's commands come while actors act, with a drained section before each
 * (src/system/permission-chart.ts). What is in flight outside of the section goes on: nothing below
 * it changed. Where a mutant does not drain, a request goes on through the graph that it entered.
 *
 * Limits: dumps are left out; time passes only as the TIMEOUT of a request.
 *
 * A dump asserts nothing of its own: it reads everything while nothing else goes on, and its reads
 * are judged like any reader's. Whatever comes out there comes out of a reader's reads too, in the
 * runs in which that reader comes last, if it reads all that guests write; what nobody writes stays
 * as it was. That readers of models with dumps do so is tested (test/check/lower/dumps.test.ts).
 */
import type { Invariant } from "../../../system/invariant.ts";
import type { CheckBounds, Model, Mutant } from "../../../system/model.ts";
import type { Property } from "../../../system/property.ts";
import type { ChartMutation } from "../../../system/system.ts";
import type { Errno } from "../../../vocabulary.ts";
import {
  all,
  binary,
  block,
  field,
  goto,
  loop,
  not,
  set,
  some,
  stands,
  term,
  when,
} from "../../program/build.ts";
import type {
  Alternative,
  Expression,
  Field,
  Node,
  Process,
  Program,
  Statement,
  Teams,
} from "../../program/program.ts";
import { actorData, choiceTables, turnField } from "./actor-data.ts";
import { isThrough, lowerActor, makePlayers } from "./actors.ts";
import { administration, allIdle, rest } from "./administration.ts";
import { alternative, type Carrier, IDLE } from "./carrier.ts";
import { ChartTables } from "./charts.ts";
import { clusterField, nodeField } from "./clusters.ts";
import type { FieldShape } from "./field-shape.ts";
import type { FlattenContext } from "./flatten.ts";
import type { GraphChange } from "./graph-phases.ts";
import type { ImageAccess } from "./image-call.ts";
import { imageOf } from "./image-fields.ts";
import { invariantsOf } from "./invariants.ts";
import { nodesOf, type Plan, type PlannedPhase, planModel, validateBounds } from "./plan.ts";
import type { Player } from "./player.ts";
import { ownTables } from "./shown.ts";
import { PHASES, restsOfPhase, stageNode } from "./stages.ts";
import { symmetriesOf } from "./symmetries.ts";
import { type TaskRole, Tasks } from "./tasks.ts";
import { tellCode } from "./tell.ts";
import { Watch } from "./watch.ts";

export interface LowerOptions {
  /** the properties that are to be judged */
  readonly properties: readonly Property[];
  readonly invariants: readonly Invariant[];
  readonly mutant: Mutant | null;
  /** the model's own unless somebody wants others */
  readonly bounds: CheckBounds;
}

export interface LoweredModel {
  readonly program: Program;
  readonly plan: Plan;
  /** what the processes are that are neither actors nor the commands */
  readonly roles: ReadonlyMap<string, TaskRole>;
}

/** Liveness: what every model promises besides its properties. */
const REQUESTS_END = "every-request-ends";
const TEARDOWN = "teardown-stays-possible";

const START = "start";
const END = "end";

/**
 * @throws BlockgraphError `graph-refused` if a command of the model is refused; `bad-argument` if a
 * bound makes no sense or the model has too many cells; `chart-malformed` as the interpreters
 */
export function lowerModel(model: Model, options: LowerOptions): LoweredModel {
  validateBounds(options.bounds);
  const plan = planModel(model, options.mutant?.mutation ?? null, options.bounds);
  const lowering = new ModelLowering(plan, options);
  return { program: lowering.program(), plan, roles: lowering.roles };
}

class ModelLowering {
  readonly #plan: Plan;
  readonly #mutation: ChartMutation | null;
  readonly #properties: readonly Property[];
  readonly #invariants: readonly Invariant[];
  readonly #everyState: Statement[] = [];
  readonly #watch: Watch;
  readonly #charts = new ChartTables();
  readonly #fields: Field[] = [];
  readonly #tables: Record<string, readonly number[]> = {};
  readonly #carriers: Carrier[] = [];
  /** of the fields that no carrier has */
  readonly #shapes = new Map<string, FieldShape>();
  readonly roles = new Map<string, TaskRole>();

  constructor(plan: Plan, { properties, invariants, mutant }: LowerOptions) {
    this.#plan = plan;
    this.#mutation = mutant?.mutation ?? null;
    this.#properties = properties;
    this.#invariants = invariants;
    this.#watch = new Watch(plan, properties);
  }

  program(): Program {
    const { model, phases, images, values } = this.#plan;
    for (const [image, initial] of images) {
      const name = imageOf(image);
      this.#shapes.set(name, "cell");
      this.#fields.push({ name, size: values, count: initial.length, initial, values: null });
    }
    this.#nodeFields();
    const players = phases.map((phase, index) => this.#phase(phase, index));
    const commands = this.#commands(players);
    return {
      name: model.name,
      fields: [
        ...this.#fields,
        ...this.#watch.fields,
        ...this.#carriers.flatMap((carrier) => carrier.fields),
      ],
      tables: { ...this.#tables, ...this.#charts.tables },
      processes: [commands, ...this.#carriers.map(processOf)],
      properties: [
        ...this.#properties.map(({ name, promise }) => ({ name, promise: promise ?? "always" })),
        ...this.#invariants.map(({ name }) => ({ name, promise: "always" }) as const),
      ],
      everyState: this.#everyState,
      liveness: [
        ...players.flat().map(({ carrier: { process } }) => ({
          property: REQUESTS_END,
          process,
          pending: not(stands(process, "self", IDLE)),
        })),
        { property: TEARDOWN, process: PHASES, pending: not(stands(PHASES, "self", END)) },
      ],
      symmetries: symmetriesOf({
        ...{ plan: this.#plan, players, roles: this.roles },
        tasks: this.#tasks,
        shapes: new Map([...this.#shapes, ...this.#watch.shapes]),
      }),
      ...this.#teams(players.flat()),
      coverage: this.#charts.coverage,
      final: stands(PHASES, 0, END),
    };
  }

  /**
   * Who works with whom: a request with its tasks, and what is in the background by itself. Unknown
   * where an administrator steps while others can.
   */
  #teams(players: readonly Player[]): { teams?: Teams } {
    if (this.#plan.phases.some(({ stages }) => stages.length > 1)) return {};
    const tasks = [...this.roles].flatMap(([process, role]) =>
      role.kind === "task" ? [{ process, owner: role.owner, each: role.each }] : [],
    );
    const background = this.#carriers.filter(
      ({ process }) => this.roles.get(process)?.kind === "background",
    );
    const sent = players.map(({ actor, carrier }) => ({
      field: turnField(actor),
      process: carrier.process,
    }));
    const teams = {
      director: PHASES,
      tasks,
      adopted: background.map(({ process, fields }) => ({
        process,
        fields: fields.map(({ name }) => name),
      })),
      guides: [...this.#carriers.flatMap((carrier) => carrier.guides), ...sent],
    };
    return { teams };
  }

  /** What nodes remember. A node that comes and goes has its fields all the time, at rest. */
  #nodeFields(): void {
    const made = new Set<string>();
    const { geometry, phases, lasting } = this.#plan;
    for (const description of [...nodesOf(phases), ...lasting]) {
      const { name, cluster, node, length } = description;
      if (made.has(name)) continue;
      made.add(name);
      Object.assign(this.#tables, ownTables(description));
      if (cluster !== null) {
        this.#chartField(clusterField(name), cluster, geometry.clusters(length));
        this.#shapes.set(clusterField(name), "cluster");
      }
      if (node !== null) this.#chartField(nodeField(name), node, 1);
      for (const { tables, code } of invariantsOf(
        this.#invariants,
        description,
        geometry.clusters(length),
      )) {
        Object.assign(this.#tables, tables);
        this.#everyState.push(...code);
      }
    }
  }

  #chartField(name: string, automaton: Parameters<ChartTables["add"]>[0], count: number): void {
    this.#charts.add(automaton);
    const values = automaton.states.map((state) => state.name);
    this.#fields.push({ name, size: values.length, count, initial: [], values });
  }

  #phase(phase: PlannedPhase, index: number): readonly Player[] {
    const { geometry, values } = this.#plan;
    const players = makePlayers(phase.actors, this.#plan, this.#watch);
    const data = actorData(players);
    this.#fields.push(...data.fields);
    Object.assign(this.#tables, data.tables);
    for (const { actor } of players) Object.assign(this.#tables, choiceTables(actor));
    phase.faults.forEach(({ times }, fault) => {
      const name = faultField(index, fault);
      this.#fields.push({ name, size: times + 1, count: 1, initial: [], values: null });
    });
    const tasks: Tasks = new Tasks(() => context);
    const context: FlattenContext = {
      charts: this.#charts,
      clusterCells: geometry.clusterCells,
      values,
      cells: (bytes) => geometry.cells(bytes),
      faults: (carrier, access, failed) =>
        this.#faults(phase, index, access, (errno) => [
          ...this.#watch.refused(carrier),
          ...failed(errno),
        ]),
      answered: (carrier, access) => {
        const stage = phase.stages.at(-1);
        const layers = stage?.layers.get(access.image) ?? null;
        const nodes = new Set(stage?.execution.nodes.keys());
        return [
          ...this.#watch.answered(carrier, access, layers),
          ...this.#watch.overwritten(access, nodes),
        ];
      },
      fork: (frame, effect, joined, waiting) => tasks.fork(frame, effect, joined, waiting),
      abandon: (frame, task) => tasks.abandon(frame, task),
    };
    const rests = restsOfPhase(phase, index, this.#mutation);
    const together = {
      ...{ plan: this.#plan, watch: this.#watch },
      phase,
      rests,
      players,
      context,
    };
    for (const player of players) lowerActor(player, together);
    tasks.finish();
    Object.assign(this.#tables, tasks.tables);
    for (const [process, role] of tasks.roles) this.roles.set(process, role);
    this.#carriers.push(...players.map(({ carrier }) => carrier), ...tasks.carriers);
    return players;
  }

  #faults(
    { faults }: PlannedPhase,
    phase: number,
    { image, operation }: Pick<ImageAccess, "image" | "operation">,
    failed: (errno: Errno) => Statement[],
  ): readonly Alternative[] {
    return faults.flatMap((fault, index) => {
      if (fault.image !== image || !fault.operations.some((each) => each === operation)) return [];
      const name = faultField(phase, index);
      const struck = field(name);
      const body = [
        when(binary(struck, ">=", fault.times), [block]),
        set(name, 0, binary(struck, "+", 1)),
        ...failed(fault.errno),
      ];
      const text = `${operation} of ${image} fails with ${fault.errno}`;
      return [alternative(`FAULT ${index} ${fault.errno}`, text, body, { fair: false })];
    });
  }

  /** The process of the commands: a rest for every phase, a step from each to the next. */
  #commands(players: readonly (readonly Player[])[]): Process {
    const { phases, ending } = this.#plan;
    Object.assign(this.#tables, this.#watch.tables);
    const nodes = phases.flatMap((phase, index): Node[] => {
      const over = this.#phaseOver(players[index] ?? []);
      const changes = phases[index + 1]?.stages[0]?.changes ?? ending;
      const next = index + 1 < phases.length ? stageNode(index + 1, 0) : END;
      return [
        ...administration(phase, index, {
          mutation: this.#mutation,
          players: players[index] ?? [],
          tasks: this.#tasks,
          roles: this.roles,
          change: (changes) => this.#change(changes, players[index] ?? []),
        }),
        rest(stageNode(index, phase.stages.length - 1), "commands", "the next commands", [
          when(over, [], [block]),
          ...this.#leave(players[index] ?? [], index),
          ...this.#change(changes, []),
          goto(next),
        ]),
      ];
    });
    const first = rest(START, "commands", "the first commands", [
      ...this.#change(phases[0]?.stages[0]?.changes ?? ending, []),
      goto(phases.length > 0 ? stageNode(0, 0) : END),
    ]);
    const last: Node = { kind: "rest", name: END, alternatives: [] };
    return { name: PHASES, instances: 1, nodes: [first, ...nodes, last] };
  }

  /** Those who act for others, or for nobody any more. */
  get #tasks(): readonly Carrier[] {
    return this.#carriers.filter(({ process }) => this.roles.has(process));
  }

  #phaseOver(players: readonly Player[]): Expression {
    return all(...players.map(isThrough), ...this.#tasks.flatMap(allIdle));
  }

  /** What a phase counted is forgotten. */
  #leave(players: readonly Player[], phase: number): Statement[] {
    const faults = this.#plan.phases[phase]?.faults ?? [];
    return [
      ...players.map(({ actor }) => set(turnField(actor), 0, 0)),
      ...faults.map((_, index) => set(faultField(phase, index), 0, 0)),
    ];
  }

  /** Whether a chart of a node is serving a request of those who act, or a task of one. */
  #isUsed(node: string, acting: readonly Player[]): Expression {
    if (acting.length === 0) return NOBODY;
    const used = [...acting.map(({ carrier }) => carrier), ...this.#tasks].flatMap((carrier) =>
      [...carrier.places].flatMap(([rest, within]) =>
        within.includes(node)
          ? Array.from({ length: carrier.instances }, (_, at) => stands(carrier.process, at, rest))
          : [],
      ),
    );
    return used.length === 0 ? NOBODY : some(...used);
  }

  /** @param acting whose requests may be in flight */
  #change(changes: readonly GraphChange[], acting: readonly Player[]): Statement[] {
    const closed = changes.flatMap((change) => (change.kind === "closed" ? [change.node] : []));
    return [
      ...closed.flatMap((node) => this.#watch.closed(this.#isUsed(node, acting))),
      ...changes.flatMap((change) => {
        if (change.kind === "closed") return [this.#forget(change.node, acting)];
        const seen = this.#watch.changed(change, acting);
        if (change.kind !== "told") return seen;
        const clusters = this.#plan.geometry.clusters(change.notice.told.length);
        return [...tellCode(change.notice, clusters, this.#charts), ...seen];
      }),
    ];
  }

  /** A request that is still in there goes on with what the node remembers. */
  #forget(node: string, acting: readonly Player[]): Statement {
    const names = [clusterField(node), nodeField(node)];
    const fields = this.#fields.filter(({ name }) => names.includes(name));
    const forget = fields.map(({ name, count }) => loop("each", 0, count, [set(name, "each", 0)]));
    return when(this.#isUsed(node, acting), [], forget);
  }
}

const NOBODY = term(0);
const faultField = (phase: number, fault: number) => `faults ${phase} ${fault}`;

function processOf(carrier: Carrier): Process {
  return { name: carrier.process, instances: carrier.instances, nodes: carrier.nodes };
}
