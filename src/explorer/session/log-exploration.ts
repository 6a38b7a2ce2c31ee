/**
 * Exploring a log from one of its records on: what else could have happened there.
 *
 * Up to that record everything is as the log says. From there on whoever explores decides: agents
 * go on in any order, calls may fail, and what the log has of commands and requests after that
 * record still comes, each client's in its order, but when one likes.
 *
 * A state is its path: the log up to there. One simulation is kept, of the state that was looked at
 * last, so that to go on costs a step; to go elsewhere folds that log again from the beginning.
 */
import { BlockgraphError } from "../../error.ts";
import type { MemoryLog } from "../../log/memory-log.ts";
import type { LogRecord } from "../../log/record.ts";
import { agentsInFlight } from "../../report/in-flight.ts";
import { type ReplayOptions, replayInSimulation } from "../../simulate/replay.ts";
import type { Simulation } from "../../simulate/simulation.ts";
import type { StartBody } from "../../system/start.ts";
import type {
  EnabledStep,
  Exploration,
  Fact,
  Followed,
  PropertyView,
  StateView,
  TreeView,
} from "./exploration.ts";
import { type LogMove, logMoves, takeMove } from "./log-moves.ts";
import { sessionFacts } from "./session-facts.ts";
import { stepCode } from "./step-code.ts";
import { VisitTree } from "./visit-tree.ts";

/** A log, and what judges it. */
export interface ExploredLog extends ReplayOptions {
  readonly start: StartBody;
  /** its records from the start record on, without gaps */
  readonly records: readonly LogRecord[];
}

interface Visited {
  /** what the last move appended to the log */
  readonly records: readonly LogRecord[];
  /** `seq` of the log's own inputs that came after the record where the exploration begins */
  readonly used: ReadonlySet<number>;
  /** names of the properties that are violated by now */
  readonly violated: readonly string[];
  /** how often each property judged by now */
  readonly judged: ReadonlyMap<string, number>;
}

/** The simulation of one state. */
interface Folded {
  of: number;
  readonly simulation: Simulation;
  readonly log: MemoryLog;
}

export class LogExploration implements Exploration {
  readonly #log: ExploredLog;
  /** the log up to where it begins, with all that follows from its last input */
  readonly #base: readonly LogRecord[];
  readonly #inputs: readonly LogRecord[];
  readonly #tree: VisitTree<Visited, { readonly text: string }>;
  /** what is said of the state where it begins */
  readonly #origin: string;
  #folded: Folded;

  /**
   * @param at number of the record after which it begins
   * @throws BlockgraphError `bad-argument` if there is none; `log-mismatch` where the log cannot be
   * replayed up to there
   */
  constructor(log: ExploredLog, at: number) {
    if (log.records[at] === undefined) {
      throw new BlockgraphError(
        "bad-argument",
        `there is no record ${at}: the log ends with record ${log.records.length - 1}`,
      );
    }
    this.#log = log;
    this.#origin = `record ${at} of the log`;
    this.#inputs = log.records.slice(at + 1).filter(({ kind }) => kind === "io" || kind === "qmp");
    this.#folded = { of: 0, ...this.#fold(log.records.slice(0, at + 1)) };
    this.#base = [...this.#folded.log.records];
    const { simulation } = this.#folded;
    this.#tree = new VisitTree({ records: [], used: new Set(), ...judgedIn(simulation) });
  }

  take(from: number, step: number): number {
    const { used } = this.#tree.at(from).state;
    const folded = this.#at(from);
    const move = this.#moves(from)[step];
    if (move === undefined) {
      throw new BlockgraphError("bad-argument", `state ${from} has no step ${step}`);
    }
    const known = this.#tree.known(from, move.key);
    if (known !== undefined) return known;
    const { length } = folded.log.records;
    // Should the move fail half-way, the simulation is of no state any more.
    folded.of = NOWHERE;
    takeMove(move, folded.simulation);
    const text = `${move.who} ${move.what}`;
    folded.of = this.#tree.add(
      from,
      move.key,
      { text },
      {
        records: folded.log.records.slice(length),
        used: move.kind === "input" ? new Set([...used, move.record.seq]) : used,
        ...judgedIn(folded.simulation),
      },
    );
    return folded.of;
  }

  /** The whole log up to a state. */
  records(of: number): LogRecord[] {
    return [...this.#base, ...this.#tree.path(of).flatMap(({ state }) => state.records)];
  }

  view(id: number): StateView {
    const { parent, depth, move, name } = this.#tree.at(id);
    const { simulation, log } = this.#at(id);
    const moves = this.#moves(id);
    const inFlight = simulation.session.execution.agents.size;
    return {
      ...{ id, parent, depth, name },
      reached: move?.text ?? this.#origin,
      steps: moves.map((each, index) => this.#step(id, each, index)),
      properties: this.#properties(id, simulation),
      facts: this.#facts(simulation, log.records),
      notices: moves.length > 0 ? [] : [inFlight > 0 ? STUCK : "Everything is done."],
    };
  }

  tree(): readonly TreeView[] {
    return this.#tree.all().map(({ id, parent, move, state, name, key }) => ({
      ...{ id, parent, reached: move?.text ?? this.#origin, violated: state.violated, name },
      code: stepCode(key),
    }));
  }

  follow(codes: readonly string[]): Followed {
    let state = 0;
    for (const [taken, code] of codes.entries()) {
      const step = this.#moves(state).findIndex(({ key }) => stepCode(key) === code);
      if (step < 0) return { state, taken };
      state = this.take(state, step);
    }
    return { state, taken: codes.length };
  }

  rename(id: number, name: string | null): void {
    this.#tree.rename(id, name);
  }

  remove(id: number): number {
    return this.#tree.remove(id);
  }

  #at(id: number): Folded {
    this.#tree.at(id);
    if (this.#folded.of !== id) this.#folded = { of: id, ...this.#fold(this.records(id)) };
    return this.#folded;
  }

  #fold(records: readonly LogRecord[]) {
    const { start, records: _records, ...options } = this.#log;
    const { simulation, derived } = replayInSimulation(start, records, options);
    return { simulation, log: derived };
  }

  #moves(id: number): LogMove[] {
    const { used } = this.#tree.at(id).state;
    const inputs = this.#inputs.filter(({ seq }) => !used.has(seq));
    const { simulation, log } = this.#at(id);
    return logMoves(simulation.session, inputs, log.records);
  }

  #step(from: number, { key, who, what }: LogMove, index: number): EnabledStep {
    const visited = this.#tree.known(from, key) ?? null;
    return { index, who, what, visited, breaks: [], dead: null };
  }

  #properties(id: number, { session }: Simulation): PropertyView[] {
    const { parent, state } = this.#tree.at(id);
    const before = parent === null ? null : this.#tree.at(parent).state;
    return this.#log.properties.map(({ name, statement }): PropertyView => {
      const broken = session.monitor.violations.find(({ property }) => property === name);
      const times = state.judged.get(name) ?? 0;
      const isAbout = before !== null && times > (before.judged.get(name) ?? 0);
      const isNew = broken !== undefined && before !== null && !before.violated.includes(name);
      const fine = times > 0 ? ("holds" as const) : ("not judged" as const);
      return {
        ...{ name, statement, promise: "always" },
        status: broken === undefined ? fine : "violated",
        here: isNew ? "violated" : isAbout ? "holds" : null,
        why: broken === undefined ? "" : `${broken.text} (record ${broken.seq})`,
        causes: [],
      };
    });
  }

  #facts({ session }: Simulation, records: readonly LogRecord[]): Fact[] {
    const agents = agentsInFlight(session.execution, records);
    return [
      ...sessionFacts(session).map((fact) => ({ ...fact, before: null })),
      ...agents.map(({ agent, what, charts, waits }) => ({
        what: `agent ${agent}`,
        value: [what, ...charts, waits].join("; "),
        before: null,
      })),
    ];
  }
}

/** No state has that number. */
const NOWHERE = -1;
const STUCK = "Nobody can go on any more, and requests are under way still: a deadlock.";

function judgedIn({ session }: Simulation): Pick<Visited, "violated" | "judged"> {
  const { violations, judged } = session.monitor;
  const violated = [...new Set(violations.map(({ property }) => property))];
  return { violated, judged: new Map(judged) };
}
