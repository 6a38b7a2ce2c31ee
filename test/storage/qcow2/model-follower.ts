/**
 * Follows what the implementation does to a file through the model's charts: everything that the
 * model could have done so far, and whether any of it goes on as the implementation does.
 *
 * Visible are what entries, refcounts and host clusters are in the file, flushes of the file, and
 * when requests begin and end. What the model does besides is hidden: it may be done any time.
 */
import { initialState, successorsOf } from "../../../src/check/program/interpret.ts";
import type { Program } from "../../../src/check/program/program.ts";
import type { ProgramState, Step, Successor } from "../../../src/check/program/state.ts";

/** What the file says, as the model counts; a number for each cluster. */
export interface VisibleFile {
  readonly entries: readonly number[];
  readonly refcounts: readonly number[];
  readonly contents: readonly number[];
}

/** A request as the model's actors choose it; value 0 where there is none. */
export interface FollowedRequest {
  readonly actor: "writer" | "discarder" | "commit" | "reader";
  readonly address: number;
  readonly value: number;
}

/** One way in which the model may have come here: who serves each request. */
interface Situation {
  readonly state: ProgramState;
  /** by request: `waiting`, the instance that serves it, or `ended` */
  readonly served: readonly (number | "waiting" | "ended")[];
}

/** ways that are followed at once */
const SITUATIONS_MAX = 30_000;

export class ModelFollower {
  readonly #program: Program;
  readonly #requests: FollowedRequest[] = [];
  #situations: Situation[];

  /** @param program of a format sketch whose file fields are not about crashes */
  constructor(program: Program) {
    this.#program = program;
    this.#situations = [{ state: initialState(program), served: [] }];
  }

  /** A request was sent. Returns its number. */
  begins(request: FollowedRequest): number {
    this.#requests.push(request);
    this.#situations = this.#situations.map(({ state, served }) => {
      return { state, served: [...served, "waiting"] };
    });
    return this.#requests.length - 1;
  }

  /** A request has ended. */
  ends(request: number): void {
    this.#goOn(`request ${request} ends`, (all) =>
      all.filter(({ served }) => served[request] === "ended"),
    );
  }

  /** The file was changed. */
  changes(to: VisibleFile): void {
    const wanted = JSON.stringify([to.entries, to.refcounts, to.contents]);
    this.#goOn(`the file becomes ${wanted}`, (all) => [
      ...all.filter(({ state }) => visible(state) === wanted),
      ...all.flatMap((situation) =>
        this.#steps(situation)
          .map(({ after }) => after)
          .filter(({ state }) => visible(state) === wanted),
      ),
    ]);
  }

  /** The file was flushed. */
  flushes(): void {
    this.#goOn("the file is flushed", (all) =>
      all.flatMap((situation) =>
        this.#steps(situation)
          .filter(({ step }) => isFlush(step))
          .map(({ after }) => after),
      ),
    );
  }

  #goOn(what: string, choose: (all: readonly Situation[]) => readonly Situation[]): void {
    const all = this.#withHiddenSteps();
    const left = unique(choose(all));
    if (left.length === 0) {
      throw new Error(`the model does not go on as the implementation: ${what}; ${told(all)}`);
    }
    this.#situations = left;
  }

  #withHiddenSteps(): Situation[] {
    const known = new Map(this.#situations.map((situation) => [keyOf(situation), situation]));
    for (const situation of known.values()) {
      const before = visible(situation.state);
      for (const { step, after } of this.#steps(situation)) {
        if (isFlush(step) || visible(after.state) !== before) continue;
        const key = keyOf(after);
        // Maps are walked in the order of insertion, what is added meanwhile included.
        if (!known.has(key)) known.set(key, after);
      }
      if (known.size > SITUATIONS_MAX) throw new Error("too many ways to follow");
    }
    return [...known.values()];
  }

  /** What the model can do, as far as requests were sent. */
  #steps(situation: Situation): { readonly step: Step; readonly after: Situation }[] {
    return successorsOf(this.#program, situation.state).flatMap((successor) => {
      if (successor.failure !== null) throw new Error(successor.failure);
      return this.#serving(situation, successor).map((served) => {
        return { step: successor.step, after: { state: successor.state, served } };
      });
    });
  }

  #serving({ served }: Situation, { step, state }: Successor): Situation["served"][] {
    const { process, instance, node, choices } = step;
    const ended = state.nodes[process]?.[instance] === this.#firstNode(process);
    if (process === "release") return [served];
    if (node !== this.#firstNode(process)) {
      const request = served.findIndex(
        (by, index) => by === instance && this.#requests[index]?.actor === process,
      );
      return [ended ? served.with(request, "ended") : served];
    }
    const request = this.#requests.findIndex(
      ({ actor, address, value }, index) =>
        served[index] === "waiting" &&
        actor === process &&
        (choices.address ?? 0) === address &&
        (choices.choice ?? -1) + 1 === value,
    );
    return request < 0 ? [] : [served.with(request, ended ? "ended" : instance)];
  }

  #firstNode(process: string): string | undefined {
    return this.#program.processes.find(({ name }) => name === process)?.nodes[0]?.name;
  }
}

function isFlush({ process, node }: Step): boolean {
  return process === "commit" && node.startsWith("syncing");
}

function visible({ fields }: ProgramState): string {
  return JSON.stringify([
    fields["entry in the file"],
    fields["refcount in the file"],
    fields.content,
  ]);
}

function keyOf({ state, served }: Situation): string {
  return JSON.stringify([state, served]);
}

function unique(situations: readonly Situation[]): Situation[] {
  return [...new Map(situations.map((each) => [keyOf(each), each])).values()];
}

function told(situations: readonly Situation[]): string {
  const seen = new Set(situations.map(({ state, served }) => `${visible(state)} ${served}`));
  return `it could be at ${[...seen].slice(0, 3).join(" or ")}`;
}
