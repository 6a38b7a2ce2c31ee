/**
 * Exploring a program: a model or a sketch as the checker sees it.
 *
 * States that were visited are kept. The interpreter copies only what a step changes, so a state of
 * the tree takes the room of its difference from the one before (measured: 1 to 2 KB), and to go
 * anywhere takes no time, where folding 2,000 steps of `fleece` again took 140 ms. What can happen
 * next is worked out for one state at a time: half a millisecond of `fleece`, two of `fleecing`.
 */
import { NO_DEADLOCK } from "../../check/only-properties.ts";
import { initialState, retake, successorsOf } from "../../check/program/interpret.ts";
import type { Program } from "../../check/program/program.ts";
import type { ProgramState, Step, Successor } from "../../check/program/state.ts";
import type { Trace } from "../../check/result.ts";
import { BlockgraphError } from "../../error.ts";
import { changesBetween } from "../../report/check/changes.ts";
import { whatOf, whoOf } from "../../report/check/trace-lines.ts";
import { causesOf } from "./causes.ts";
import type {
  Cause,
  EnabledStep,
  Exploration,
  Fact,
  Followed,
  PropertyView,
  StateView,
  TreeView,
} from "./exploration.ts";
import { programFacts } from "./facts.ts";
import { type JudgedHere, type JudgedSoFar, judgeState, judgeStuck } from "./judged-so-far.ts";
import { stepCode } from "./step-code.ts";
import { VisitTree } from "./visit-tree.ts";

interface Visited {
  readonly state: ProgramState;
  readonly judged: JudgedSoFar;
  readonly here: JudgedHere;
}

export class ProgramExploration implements Exploration {
  readonly program: Program;
  readonly #statements: ReadonlyMap<string, string>;
  readonly #tree: VisitTree<Visited, Step>;
  /** causes by property and state, since they take a while to find */
  readonly #known = new Map<string, Cause[]>();
  /** what can happen in the state that was asked for last */
  #successors: { readonly of: number; readonly found: readonly Successor[] } | null = null;

  /** @param statements of properties, for people */
  constructor(program: Program, statements: ReadonlyMap<string, string>) {
    this.program = program;
    this.#statements = statements;
    const state = initialState(program);
    const judged = judgeState(program, new Map(), { judgements: [], state, taken: null });
    this.#tree = new VisitTree({ state, judged: judged.soFar, here: judged.here });
  }

  take(from: number, step: number): number {
    const successor = this.#successorsOf(from)[step];
    if (successor === undefined) {
      throw new BlockgraphError("bad-argument", `state ${from} has no step ${step}`);
    }
    return this.#go(from, successor);
  }

  follow(codes: readonly string[]): Followed {
    let state = 0;
    for (const [taken, code] of codes.entries()) {
      const successor = this.#successorsOf(state).find(
        ({ step, failure }) => failure === null && stepCode(keyOf(step)) === code,
      );
      if (successor === undefined) return { state, taken };
      state = this.#go(state, successor);
    }
    return { state, taken: codes.length };
  }

  rename(id: number, name: string | null): void {
    this.#tree.rename(id, name);
  }

  remove(id: number): number {
    return this.#tree.remove(id);
  }

  /**
   * Opens a trace as a branch.
   * @param from the state where it begins
   * @returns the state at its end
   * @throws BlockgraphError `log-not-enabled` if it is no trace of this program from there;
   * `bad-argument` if that state was deleted
   */
  adopt(trace: Pick<Trace, "steps">, from: number): number {
    return trace.steps.reduce((at, { step }, index) => {
      const successor = retake(this.program, this.#tree.at(at).state.state, step);
      if (successor !== null) return this.#go(at, { ...successor, step });
      throw new BlockgraphError(
        "log-not-enabled",
        `step ${index + 1} (${step.text}) cannot be taken there; it is a trace of something else`,
      );
    }, from);
  }

  /** The way to a state, as the checker tells of one. */
  trace(to: number): Trace {
    const steps = this.#tree
      .path(to)
      .flatMap(({ move, state }) => (move === null ? [] : [{ step: move, state: state.state }]));
    return { initial: this.#tree.at(0).state.state, steps, loop: null };
  }

  state(id: number): ProgramState {
    return this.#tree.at(id).state.state;
  }

  view(id: number): StateView {
    const { parent, depth, move, state, name } = this.#tree.at(id);
    const successors = this.#successorsOf(id);
    const isStuck = successors.length === 0;
    const judged = isStuck ? judgeStuck(this.program, state.judged, state.state) : state.judged;
    const isDeadlock = judged.get(NO_DEADLOCK) !== undefined;
    return {
      ...{ id, parent, depth, name },
      reached: move?.text ?? "",
      steps: successors.map((successor, index) => this.#step(id, successor, index)),
      properties: this.#properties(id, judged),
      facts: this.#facts(id),
      notices: !isStuck ? [] : [isDeadlock ? DEADLOCK : "Everything is done: no step is left."],
    };
  }

  tree(): readonly TreeView[] {
    return this.#tree.all().map(({ id, parent, move, state, name, key }) => ({
      ...{ id, parent, name },
      reached: move?.text ?? "",
      violated: violatedIn(state.judged),
      code: stepCode(key),
    }));
  }

  #go(from: number, { step, state, judgements, failure }: Successor): number {
    if (failure !== null) {
      throw new BlockgraphError("bad-argument", `${step.text} leads nowhere: ${failure}`);
    }
    const key = keyOf(step);
    const known = this.#tree.known(from, key);
    if (known !== undefined) return known;
    const { depth, state: before } = this.#tree.at(from);
    const taken = { number: depth + 1, text: step.text };
    const judged = judgeState(this.program, before.judged, { judgements, state, taken });
    return this.#tree.add(from, key, step, { state, judged: judged.soFar, here: judged.here });
  }

  #successorsOf(id: number): readonly Successor[] {
    if (this.#successors?.of !== id) {
      this.#successors = { of: id, found: successorsOf(this.program, this.state(id)) };
    }
    return this.#successors.found;
  }

  #step(from: number, { step, state, judgements, failure }: Successor, index: number): EnabledStep {
    const taken = { step, state };
    const broken = judgements.filter(({ violated }) => violated).map(({ property }) => property);
    return {
      index,
      who: whoOf(this.program, taken),
      what: whatOf(this.program, taken),
      visited: this.#tree.known(from, keyOf(step)) ?? null,
      breaks: [...new Set(broken)],
      dead: failure,
    };
  }

  #properties(id: number, judged: JudgedSoFar): PropertyView[] {
    const { properties, liveness } = this.program;
    const { here } = this.#tree.at(id).state;
    const promised = [
      ...properties,
      { name: NO_DEADLOCK, promise: "always" } as const,
      ...liveness.map(({ property }) => ({ name: property, promise: "eventually" }) as const),
    ];
    const byName = new Map(promised.map((each) => [each.name, each]));
    return [...byName.values()].map(({ name, promise }): PropertyView => {
      const { status, why } = judged.get(name) ?? { status: null, why: "" };
      const isStuck = name === NO_DEADLOCK;
      return {
        ...{ name, promise },
        statement: this.#statements.get(name) ?? (isStuck ? NOBODY_STUCK : ""),
        status: status ?? (isStuck ? "holds" : "not judged"),
        here: isStuck ? (status ?? "holds") : (here.get(name) ?? null),
        why: status === "violated" || promise === "sometimes" ? why : "",
        causes: status === "violated" ? this.#causes(id, name) : [],
      };
    });
  }

  /** What broke a property: on the way, the first state in which it is violated. */
  #causes(id: number, property: string): Cause[] {
    const key = `${property} ${id}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const path = [this.#tree.at(0), ...this.#tree.path(id)];
    const at = path.findIndex(({ state }) => state.judged.get(property)?.status === "violated");
    const [broken, before] = at < 0 ? [path.at(-1), path.at(-2)] : [path[at], path[at - 1]];
    if (broken === undefined) return [];
    const after = broken.state.state;
    const around =
      broken.move === null || before === undefined
        ? ({ before: after, step: null, after } as const)
        : { before: before.state.state, step: broken.move, after };
    const causes = causesOf(this.program, property, around);
    this.#known.set(key, causes);
    return causes;
  }

  #facts(id: number): Fact[] {
    const { parent, state } = this.#tree.at(id);
    const before = parent === null ? state.state : this.#tree.at(parent).state.state;
    const changes = changesBetween(this.program, before, state.state);
    const was = new Map(changes.map((change) => [change.label, change.before]));
    return programFacts(this.program, state.state).map(({ what, value }) => ({
      ...{ what, value },
      before: was.get(what) ?? null,
    }));
  }
}

const NOBODY_STUCK = "Somebody can take a step, or everything is done.";
const DEADLOCK = "Nobody can take a step any more, and not everything is done: a deadlock.";

function violatedIn(judged: JudgedSoFar): string[] {
  return [...judged].flatMap(([name, { status }]) => (status === "violated" ? [name] : []));
}

function keyOf({ process, instance, alternative, choices }: Step): string {
  return JSON.stringify([process, instance, alternative, Object.entries(choices)]);
}
