/**
 * A check of a program by walks, from its compilation to its result.
 *
 * States are not counted up to symmetry here: a walk has no use for that, and its steps are those
 * of a run as they are. What never happens cannot be seen by walks, so liveness is not looked at.
 */
import { type Compiled, compileProgram } from "../compile/compile.ts";
import { findingOf } from "../finding.ts";
import type { Program } from "../program/program.ts";
import { propertyResults } from "../property-results.ts";
import type { CheckResult, Finding, Progress, Stop } from "../result.ts";
import { USUAL_DEPTH, type WalkIdentity, type WalkOptions, WalkSearch } from "./walk-search.ts";

export class WalkCheck {
  readonly searched = false;
  readonly #program: Program;
  readonly #compiled: Compiled;
  readonly #search: WalkSearch;

  /**
   * @param coverage whether to note which coverage items are taken
   * @throws BlockgraphError `program-malformed`
   */
  constructor(program: Program, options: WalkOptions, coverage: boolean) {
    this.#program = program;
    this.#compiled = compileProgram(program, { symmetry: false, coverage });
    this.#search = new WalkSearch(program, this.#compiled, options);
  }

  /** Goes on for some milliseconds. @returns false when it is over */
  advance(): Promise<boolean> {
    return this.#search.advance();
  }

  progress(): Progress {
    return this.#search.progress();
  }

  stop(reason: Stop): void {
    this.#search.stop(reason);
  }

  /** Walks keep no checkpoints: each is over soon, and can be taken again. */
  async keep(): Promise<void> {}

  result(): CheckResult {
    const { found, judged, ...counts } = this.#search.result();
    const findings = found.map((one) => this.#findingOf(one));
    const evidence = { complete: false, judged, states: this.#search.expanded, findings };
    const walks = { taken: this.#search.taken, again: this.#again };
    const properties = propertyResults(this.#program, evidence);
    return { ...counts, reduced: false, walks, findings, properties };
  }

  #findingOf(found: Parameters<typeof findingOf>[2]): Finding {
    const finding = findingOf(this.#program, this.#compiled, found);
    if (this.#again === null) return finding;
    return { ...finding, message: `${finding.message}; found by ${this.#again}` };
  }

  get #again(): string | null {
    const { finder } = this.#search;
    return finder === null ? null : againText(finder);
  }

  async close(): Promise<void> {}
}

/** The options that take a walk again: `--swarm 1 --seed 29 --max-depth 50 --memory 64K`. */
function againText({ kind, seed, maxDepth, table }: WalkIdentity): string {
  const depth = maxDepth === USUAL_DEPTH ? "" : ` --max-depth ${maxDepth}`;
  const memory = table === null ? "" : ` --memory ${table / 1024}K`;
  return `--${kind} 1 --seed ${seed}${depth}${memory}`;
}
