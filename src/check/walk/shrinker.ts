/**
 * Makes what a walk found short and plain, so that somebody can read it.
 *
 *     shortcut   what lies between two states of the path that a single step connects is left out
 *     drop       steps that the fault does not need are left out
 *     search     a breadth-first search of limited size looks for a run that is shorter still
 *     simplify   smaller numbers take the place of larger ones
 *
 * Every run on the way is one of the program and ends with the same fault, and none is longer than
 * the one before. All is deterministic: budgets are counts of steps and states.
 */
import { type Compiled, compileProgram } from "../compile/compile.ts";
import { instantiate, type RunnableKernel } from "../compile/instantiate.ts";
import type { Kernel } from "../kernel.ts";
import { NO_DEADLOCK, onlyProperties } from "../only-properties.ts";
import { successorsOf } from "../program/interpret.ts";
import type { Program } from "../program/program.ts";
import type { Step } from "../program/state.ts";
import type { Fault } from "../search/notes.ts";
import { type Found, startSearch } from "../search/search.ts";
import { traceOf } from "../trace.ts";
import { dropSteps } from "./drop.ts";
import { type FaultyRun, Rerun } from "./rerun.ts";
import { shortcut } from "./shortcut.ts";
import { simplifySteps } from "./simplify.ts";

/** Steps that are tried again at most, for dropping and for simplifying; some seconds. */
const MOST_TRIES = 2 ** 19;
/** Steps that are tried again in one piece; some 20 ms. */
const PIECE = 2 ** 10;
/** States of which all steps are looked at in one piece; some 20 ms. */
const STEPS_A_PIECE = 2 ** 6;
/** States that the search may see, and bytes that it may take for them. */
const MOST_STATES = 2 ** 20;
const SEARCH_MEMORY = 2 ** 28;

export class Shrinker {
  readonly #program: Program;
  readonly #compiled: Compiled;
  readonly #runnable: RunnableKernel;
  readonly #rerun: Rerun;
  readonly #fault: Fault;
  readonly #work: AsyncGenerator<void>;
  #best: Found;

  /** @param compiled without symmetry */
  constructor(program: Program, compiled: Compiled, found: Found) {
    this.#program = program;
    this.#compiled = compiled;
    this.#runnable = instantiate(compiled.kernel);
    const { kind, property, failure } = found;
    this.#fault = { kind, property, failure };
    this.#rerun = new Rerun(program, compiled.kernel, this.#fault);
    this.#best = found;
    this.#work = this.#shrink();
  }

  /** The shortest so far. */
  get best(): Found {
    return this.#best;
  }

  /** Goes on for some 20 ms. @returns false: it is over */
  async advance(): Promise<boolean> {
    return !(await this.#work.next()).done;
  }

  async *#shrink(): AsyncGenerator<void> {
    const direct = yield* shortcut(this.#best.path, this.#runnable);
    this.#best = { ...this.#best, path: direct };
    let run = yield* this.#runOf(this.#best);
    for (let before = Infinity; run.steps.length < before; ) {
      before = run.steps.length;
      for (const better of this.#within(dropSteps(run, this.#rerun))) {
        run = this.#keep(better);
        yield;
      }
      const path = yield* shortcut(this.#best.path, this.#runnable);
      if (path.length === this.#best.path.length) continue;
      this.#best = { ...this.#best, path };
      run = yield* this.#runOf(this.#best);
    }
    yield* this.#searchShorter(run.steps.length);
    run = yield* this.#runOf(this.#best);
    this.#rerun.tried = 0;
    for (const better of this.#within(simplifySteps(run, this.#rerun))) {
      this.#keep(better);
      yield;
    }
  }

  /** Lets a pass go on until its budget is used up, and passes its best run on now and then. */
  *#within(runs: Generator<FaultyRun>): Generator<FaultyRun> {
    let shown = this.#rerun.tried;
    let latest: FaultyRun | null = null;
    for (const run of runs) {
      latest = run;
      if (this.#rerun.tried >= MOST_TRIES) break;
      if (this.#rerun.tried - shown < PIECE) continue;
      shown = this.#rerun.tried;
      yield run;
    }
    if (latest !== null) yield latest;
  }

  #keep(run: FaultyRun): FaultyRun {
    const path = run.states.map((state) => this.#compiled.layout.pack(state));
    this.#best = { ...this.#fault, path, inState: run.inState };
    return run;
  }

  /** The steps of a path, and the one that shows the fault. */
  *#runOf({ path, inState }: Found): Generator<void, FaultyRun> {
    const { layout } = this.#compiled;
    const states = path.map((packed) => layout.unpack(packed));
    const steps: Step[] = [];
    for (const [index, state] of states.entries()) {
      if (index % STEPS_A_PIECE === STEPS_A_PIECE - 1) yield;
      const next = path[index + 1]?.join();
      if (next === undefined && inState) break;
      const found = successorsOf(this.#program, state).find((successor) =>
        next === undefined
          ? this.#rerun.showsFault(successor)
          : successor.failure === null && layout.pack(successor.state).join() === next,
      );
      if (found === undefined) {
        throw new Error("internal: a walk took a step that there is not; please report this");
      }
      steps.push(found.step);
    }
    return { steps, states, inState };
  }

  /** Looks for a shorter run with the same fault, up to the program's symmetries. */
  async *#searchShorter(length: number): AsyncGenerator<void> {
    const symmetry = this.#program.symmetries.length > 0;
    // The search ends with the first fault that it sees, which must not be another one.
    const judged = onlyProperties(this.#program, new Set([this.#property]));
    const compiled = compileProgram(judged, { symmetry, coverage: false });
    const maxDepth = length - (this.#best.inState ? 0 : 1);
    const limits = { threads: 1, maxDepth, maxStates: MOST_STATES, memory: SEARCH_MEMORY };
    const search = startSearch(compiled.kernel, limits);
    try {
      while (await search.advance()) yield;
      const found = search.result().found.find((each) => this.#isSameFault(each, compiled.kernel));
      if (found === undefined || lengthOf(found) >= length) return;
      this.#best = { ...this.#fault, ...this.#concrete(compiled, found) };
    } finally {
      await search.close();
    }
  }

  /** @param kernel that the other fault is of */
  #isSameFault({ kind, property, failure }: Fault, kernel: Kernel): boolean {
    const own = this.#fault;
    if (kind !== own.kind) return false;
    if (kind === "property") return kernel.properties[property] === this.#property;
    return kernel.failures[failure] === this.#compiled.kernel.failures[own.failure];
  }

  /** Name of the property that is broken; `no-deadlock` for deadlocks, none for bounds. */
  get #property(): string {
    const { kind, property } = this.#fault;
    if (kind === "deadlock") return NO_DEADLOCK;
    return this.#compiled.kernel.properties[property] ?? "";
  }

  /** A path of canonical states as one of the states themselves. */
  #concrete(compiled: Compiled, { kind, path, inState, property }: Found) {
    const name = kind === "bounds" ? kind : (compiled.kernel.properties[property] ?? "");
    const trace = traceOf(this.#program, compiled, path, inState ? null : { property: name });
    const steps = inState ? trace.steps : trace.steps.slice(0, -1);
    const states = [trace.initial, ...steps.map(({ state }) => state)];
    return { path: states.map((state) => this.#compiled.layout.pack(state)), inState };
  }
}

/** Steps of what was found. */
function lengthOf({ path, inState }: Found): number {
  return path.length - (inState ? 1 : 0);
}
