/**
 * Executes a sketch on bytes, one step at a time, as it is told.
 *
 * A step is one rest of an actor's chart to the next: cells are asked, clusters are read from
 * stores and written to them. Which way it goes follows from the charts alone, so that is found out
 * first; a step that cannot be taken has changed nothing. Where the stores are is somebody else's
 * business: `take` yields every access, and goes on when it is done.
 *
 * This shares nothing with the checker but the charts. What both say is true of the sketch.
 */
import type { Automaton } from "../chart/automaton.ts";
import type { Register } from "../chart/effects.ts";
import { tabulate } from "../chart/tabulate.ts";
import { BlockgraphError } from "../error.ts";
import {
  type Difference,
  describeObservation,
  type Observation,
  type Property,
} from "./property.ts";
import type { SketchActor, SketchDesign } from "./sketch.ts";
import { clusterBytes, requireDistinct, SKETCH_CLUSTER, valueOfBytes } from "./sketch-bytes.ts";
import { type SketchPath, sketchPath } from "./sketch-path.ts";

/** Who is to do what. */
export interface SketchStep {
  readonly actor: string;
  readonly instance: number;
  /** where it stands before; null: wherever that is */
  readonly state: string | null;
  /** events of the chart's transitions, `GRANTED DONE`; null: whatever they are */
  readonly path: string | null;
  /** what the environment chooses; null where nothing is chosen */
  readonly address: number | null;
  readonly value: number | null;
}

/** One cluster to be read from a store into the buffer, or written to it. Sizes are bytes. */
export interface StoreAccess {
  readonly store: string;
  readonly operation: "read" | "write";
  readonly offset: number;
  readonly length: number;
  readonly buffer: Uint8Array;
}

/** Yields what the stores are to do; is resumed when they have done it. */
export type SketchDrive = Generator<StoreAccess, void, void>;

/** A property that a step broke. */
export interface SketchViolation {
  readonly property: string;
  /** one line for people */
  readonly text: string;
  /** number of the step, from 1 */
  readonly step: number;
}

/** One instance of an actor. */
interface Instance {
  state: number;
  /** null: no request is under way */
  address: number | null;
  readonly registers: Record<Register, Uint8Array>;
}

interface Cast {
  readonly actor: SketchActor;
  readonly automaton: Automaton;
  readonly instances: readonly Instance[];
}

export class SketchExecution {
  readonly design: SketchDesign;
  readonly violations: SketchViolation[] = [];
  /** how many observations each property spoke about */
  readonly judged: Map<string, number>;
  readonly #properties: readonly Property[];
  readonly #cells: Automaton;
  /** state of every cell */
  readonly #kept: number[];
  readonly #casts: ReadonlyMap<string, Cast>;
  #steps = 0;

  /** @throws BlockgraphError `bad-argument` if bytes cannot tell the design's values apart */
  constructor(design: SketchDesign, properties: readonly Property[]) {
    requireDistinct(design);
    this.design = design;
    this.#properties = properties;
    this.judged = new Map(properties.map(({ name }) => [name, 0]));
    this.#cells = tabulate(design.cells.chart);
    this.#kept = Array.from({ length: design.cells.count }, () => 0);
    this.#casts = new Map(design.actors.map((actor) => [actor.name, castOf(actor)]));
  }

  /** Name of the state of a cell. */
  cell(address: number): string {
    return this.#cells.states[this.#kept[address] ?? 0]?.name ?? "";
  }

  /** Where an instance stands, and the address of its request; null: none is under way. */
  standing(actor: string, instance: number): { state: string; address: number | null } {
    const { automaton, instances } = this.#cast(actor);
    const { state, address } = pick(instances, instance, actor);
    return { state: nameOf(automaton, state), address };
  }

  /** The value that a register's bytes stand for; null: none, or no request is under way. */
  register(actor: string, instance: number, register: Register): number | null {
    const { address, registers } = pick(this.#cast(actor).instances, instance, actor);
    return address === null ? null : valueOfBytes(this.design, registers[register], address);
  }

  /** Whether anybody can take a step. */
  canGoOn(): boolean {
    for (const cast of this.#casts.values()) {
      for (const instance of cast.instances) {
        if (instance.address === null) return true;
        if (this.#path(cast, instance, instance.address).kind !== "waits") return true;
      }
    }
    return false;
  }

  /**
   * Takes a step.
   * @throws BlockgraphError `log-not-enabled` if it cannot be taken now: nothing has happened then;
   *   `chart-out-of-bounds` if it leaves the bounds of a chart: nothing has happened then either
   */
  *take(step: SketchStep): SketchDrive {
    const cast = this.#cast(step.actor);
    const { automaton, instances, actor } = cast;
    const instance = pick(instances, step.instance, step.actor);
    const state = nameOf(automaton, instance.state);
    if (step.state !== null && step.state !== state) {
      throw notEnabled(step, `it stands in ${state}, not in ${step.state}`);
    }
    const address = this.#addressOf(step, cast, instance);
    const path = this.#path(cast, instance, address);
    if (path.kind === "waits") throw notEnabled(step, `it has to wait in ${state}`);
    const events = path.events.join(" ");
    const fits = step.path === null || step.path === events;
    if (path.kind === "beyond" && (fits || step.path?.startsWith(events))) throw path.error;
    if (!fits || path.kind === "beyond") {
      throw notEnabled(step, `from ${state} it goes by ${events}, not by ${step.path}`);
    }
    this.#steps += 1;
    this.#choose(step, cast, instance, address);
    yield* this.#moveData(path, instance.registers, address);
    this.#kept[address] = path.cell;
    instance.state = path.state;
    if (path.state !== 0) return;
    if (actor.view !== null) this.#observe(actor, step.instance, instance, address);
    instance.address = null;
  }

  /** Where the step happens: at the address that is chosen, or was. */
  #addressOf(step: SketchStep, { automaton }: Cast, { state, address }: Instance): number {
    const effect = automaton.states[state]?.effect;
    if (effect?.kind !== "choose") {
      if (address !== null && step.address === null) return address;
      throw notEnabled(step, `there is nothing to choose in ${nameOf(automaton, state)}`);
    }
    const { cells, values } = this.design;
    const { address: chosen, value } = step;
    if (chosen === null || chosen < 0 || chosen >= cells.count) {
      throw notEnabled(step, `it has to choose one of ${cells.count} addresses`);
    }
    if (effect.what === "address-and-value" && (value === null || value < 1 || value >= values)) {
      throw notEnabled(step, `it has to choose a value from 1 to ${values - 1}`);
    }
    return chosen;
  }

  #path({ actor, automaton }: Cast, { state }: Instance, address: number): SketchPath {
    return sketchPath(actor, { automaton, state }, this.#cells, this.#kept[address] ?? 0);
  }

  /** A new request begins: whatever was in the registers is forgotten. */
  #choose(step: SketchStep, { automaton }: Cast, instance: Instance, address: number): void {
    const effect = automaton.states[instance.state]?.effect;
    if (effect?.kind !== "choose") return;
    const value = effect.what === "address-and-value" ? (step.value ?? 0) : 0;
    instance.address = address;
    instance.registers.data.set(clusterBytes(value, address));
    instance.registers.old.set(clusterBytes(0, address));
  }

  *#moveData(
    path: SketchPath & { kind: "goes" },
    registers: Instance["registers"],
    address: number,
  ): SketchDrive {
    for (const { call, moves } of path.legs) {
      if (call !== null) {
        const { store, operation, register } = call;
        const [offset, length] = [address * SKETCH_CLUSTER, SKETCH_CLUSTER];
        yield { store, operation, offset, length, buffer: registers[register] };
      }
      for (const { from, to } of moves) {
        registers[to].set(from === "zero" ? clusterBytes(0, address) : registers[from]);
      }
    }
  }

  /** A request of a view has ended: is what it returned what was there at the beginning? */
  #observe(actor: SketchActor, number: number, { registers }: Instance, address: number): void {
    const initial = this.design.stores.find(({ name }) => name === actor.view)?.initial ?? 0;
    const difference = compare(registers.data, clusterBytes(initial, address), address);
    const observation: Observation = {
      kind: "view-read",
      through: `${actor.name} ${number}`,
      succeeded: true,
      difference,
      discarded: false,
      lost: false,
    };
    for (const property of this.#properties) {
      if (!property.applies(observation)) continue;
      this.judged.set(property.name, (this.judged.get(property.name) ?? 0) + 1);
      if (!property.violated(observation)) continue;
      const text = describeObservation(observation);
      this.violations.push({ property: property.name, text, step: this.#steps });
    }
  }

  #cast(name: string): Cast {
    const cast = this.#casts.get(name);
    if (cast !== undefined) return cast;
    const known = [...this.#casts.keys()].join(", ");
    throw new BlockgraphError("log-not-enabled", `there is no actor '${name}'; there is: ${known}`);
  }
}

function castOf(actor: SketchActor): Cast {
  const instances = Array.from(
    { length: actor.instances },
    (): Instance => ({
      state: 0,
      address: null,
      registers: { data: Buffer.alloc(SKETCH_CLUSTER), old: Buffer.alloc(SKETCH_CLUSTER) },
    }),
  );
  return { actor, automaton: tabulate(actor.chart), instances };
}

function pick(instances: readonly Instance[], number: number, actor: string): Instance {
  const instance = instances[number];
  if (instance !== undefined) return instance;
  throw new BlockgraphError("log-not-enabled", `there is no ${actor} ${number}`);
}

function nameOf(automaton: Automaton, state: number): string {
  return automaton.states[state]?.name ?? "";
}

function notEnabled({ actor, instance }: SketchStep, problem: string): BlockgraphError {
  const who = `${actor} ${instance}`;
  return new BlockgraphError("log-not-enabled", `${who} cannot take that step: ${problem}`);
}

/** The first byte that differs; positions are those in the image. */
function compare(got: Uint8Array, expected: Uint8Array, address: number): Difference | null {
  const index = got.findIndex((byte, position) => byte !== expected[position]);
  if (index === -1) return null;
  const at = address * SKETCH_CLUSTER + index;
  return { at, got: got[index] ?? 0, expected: expected[index] ?? 0 };
}
