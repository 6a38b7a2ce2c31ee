/**
 * Taking the steps of a faulty run again, or some of them, or others like them, to see whether the
 * same still goes wrong.
 */
import type { Kernel } from "../kernel.ts";
import { initialState, inspectState, isFinal, retake, successorsOf } from "../program/interpret.ts";
import type { Program } from "../program/program.ts";
import type { ProgramState, Step, Successor } from "../program/state.ts";
import type { Fault } from "../search/notes.ts";

/** A run that ends with a fault. */
export interface FaultyRun {
  readonly steps: readonly Step[];
  /** the initial state and those after each step; not after the last one if that is the fault */
  readonly states: readonly ProgramState[];
  /** whether the last state is at fault; else the last step is */
  readonly inState: boolean;
}

/** What a run must end with. */
export class Rerun {
  /** steps that were tried so far: what all this costs */
  tried = 0;
  readonly #program: Program;
  readonly #fault: Fault;
  readonly #property: string;
  readonly #failure: string | null;

  constructor(program: Program, kernel: Kernel, fault: Fault) {
    this.#program = program;
    this.#fault = fault;
    this.#property = kernel.properties[fault.property] ?? "";
    this.#failure = kernel.failures[fault.failure] ?? null;
  }

  /**
   * Takes those of the steps that can be taken, up to the first that shows the fault.
   * @returns null if none does
   */
  take(wanted: readonly Step[]): FaultyRun | null {
    let state = initialState(this.#program);
    const states = [state];
    const steps: Step[] = [];
    if (this.#isFaulty(state)) return { steps, states, inState: true };
    for (const each of wanted) {
      this.tried++;
      const successor = retake(this.#program, state, each);
      if (successor === null) continue;
      if (this.showsFault(successor)) {
        return { steps: [...steps, successor.step], states, inState: false };
      }
      if (successor.failure !== null) continue;
      state = successor.state;
      steps.push(successor.step);
      states.push(state);
      if (this.#isFaulty(state)) return { steps, states, inState: true };
    }
    return this.#isStuck(state) ? { steps, states, inState: true } : null;
  }

  /** Whether a step is the fault. */
  showsFault({ judgements, failure }: Successor): boolean {
    if (failure !== null) return this.#fault.kind === "bounds" && failure === this.#failure;
    return judgements.some(({ property, violated }) => violated && this.#isMeant(property));
  }

  #isFaulty(state: ProgramState): boolean {
    if (this.#program.everyState.length === 0) return false;
    return inspectState(this.#program, state).some(
      ({ property, violated }) => violated && this.#isMeant(property),
    );
  }

  #isStuck(state: ProgramState): boolean {
    if (this.#fault.kind !== "deadlock") return false;
    return successorsOf(this.#program, state).length === 0 && !isFinal(this.#program, state);
  }

  #isMeant(property: string): boolean {
    return this.#fault.kind === "property" && property === this.#property;
  }
}
