/**
 * What is explored at the moment: models and logs that were opened, by number.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NO_DEADLOCK } from "../../check/only-properties.ts";
import type { Finding } from "../../check/result.ts";
import { BlockgraphError } from "../../error.ts";
import type { LogRecord } from "../../log/record.ts";
import { EXPLORED } from "../../report/check/trace-document.ts";
import { readRecords } from "../../report/player/read-records.ts";
import { exampleConditions } from "../condition/examples.ts";
import { vocabularyOf } from "../condition/vocabulary.ts";
import type { Exploration } from "../session/exploration.ts";
import { LogExploration } from "../session/log-exploration.ts";
import { ProgramExploration } from "../session/program-exploration.ts";
import type { Opened, OpenModel } from "./documents.ts";
import type { OpenedModel, Workshop } from "./workshop.ts";

/** Something that is explored. */
export interface OpenExploration {
  readonly opened: Opened;
  /** @throws BlockgraphError `log-mismatch` for a log that cannot be replayed */
  readonly exploration: Exploration;
  /** what the checker can be asked about; null: it is a log */
  readonly program: ProgramExploration | null;
  /** Writes the path to a state into a folder. @returns the path of the file */
  write(folder: string, state: number): string;
}

/** As many are kept; the one that was used least lately goes first. */
const MOST_OPEN = 12;
/** Values that a hint names, of each thing. */
const HINT_VALUES = 40;

export class OpenExplorations {
  readonly #workshop: Workshop;
  readonly #open = new Map<number, OpenExploration>();
  readonly #logs = new Map<number, { path: string; records: readonly LogRecord[] }>();
  #next = 0;

  constructor(workshop: Workshop) {
    this.#workshop = workshop;
  }

  all(): Opened[] {
    return [...this.#open.values()].map(({ opened }) => opened);
  }

  /** @throws BlockgraphError `bad-argument` if it is not open */
  at(id: number): OpenExploration {
    const found = this.#open.get(id);
    if (found === undefined) {
      throw new BlockgraphError(
        "bad-argument",
        `exploration ${id} is not open any more; open anew`,
      );
    }
    this.#open.delete(id);
    this.#open.set(id, found);
    return found;
  }

  addModel(model: OpenedModel, chosen: OpenModel): Opened {
    const { program, statements, bounds, notices, mutant } = model;
    const exploration = new ProgramExploration(program, statements);
    const vocabulary = vocabularyOf(program).map(({ name, values }) => ({
      name,
      values: (values ?? []).slice(0, HINT_VALUES).map((value) => value.name),
    }));
    const id = this.#next++;
    const title = mutant === null ? model.model : `${model.model} with mutant ${mutant}`;
    const opened: Opened = {
      ...{ exploration: id, kind: "model", title, bounds, chosen },
      ...{ notices, vocabulary, records: 0, examples: exampleConditions(program) },
    };
    return this.#add({
      ...{ opened, exploration, program: exploration },
      write: (folder, state) => model.write(folder, findingAt(exploration, state)),
    });
  }

  /** @param path a log that stays there until the server is closed */
  addLog(path: string, title: string): Opened {
    const { records, notices } = readRecords(path);
    return this.#addLog(path, { records, notices, title, at: records.length - 1 });
  }

  /** The same log again, to be explored from one of its records on. */
  branch(id: number, record: number): Opened {
    const { opened } = this.at(id);
    const log = this.#logs.get(id);
    if (log === undefined) {
      throw new BlockgraphError("bad-argument", `exploration ${id} is no log with records`);
    }
    const title = `${opened.title.replace(/, from record \d+$/, "")}, from record ${record}`;
    return this.#addLog(log.path, { records: log.records, notices: [], title, at: record });
  }

  #addLog(
    path: string,
    log: { records: readonly LogRecord[]; notices: readonly string[]; title: string; at: number },
  ): Opened {
    const { records, title, at } = log;
    const explored = exploring(this.#workshop, records, at);
    const problem = typeof explored === "string" ? explored : null;
    const id = this.#next++;
    const opened: Opened = {
      ...{ exploration: id, kind: "log", title, bounds: "", chosen: null, vocabulary: [] },
      examples: [],
      notices: [
        ...log.notices,
        ...(problem === null ? [] : [`Nobody can go on here: ${problem}.`]),
      ],
      records: records.length,
    };
    this.#logs.set(id, { path, records });
    return this.#add({
      opened,
      program: null,
      get exploration() {
        if (typeof explored !== "string") return explored;
        throw new BlockgraphError("log-mismatch", explored);
      },
      write(folder, state) {
        if (typeof explored === "string" || (state === 0 && at === records.length - 1)) return path;
        const file = join(folder, "path.jsonl");
        const lines = explored.records(state).map((record) => `${JSON.stringify(record)}\n`);
        writeFileSync(file, lines.join(""));
        return file;
      },
    });
  }

  #add(open: OpenExploration): Opened {
    const { exploration } = open.opened;
    this.#open.set(exploration, open);
    for (const id of this.#open.keys()) {
      if (this.#open.size <= MOST_OPEN) break;
      this.#open.delete(id);
      this.#forgetLog(id);
    }
    return open.opened;
  }

  /** A log that was sent is removed with the last exploration of it; others are somebody's own. */
  #forgetLog(id: number): void {
    const path = this.#logs.get(id)?.path;
    this.#logs.delete(id);
    if (path === undefined || [...this.#logs.values()].some((other) => other.path === path)) return;
    if (path.startsWith(this.#workshop.folder)) rmSync(path, { force: true });
  }
}

/** A folder for as long as something is done with the path to a state. */
export async function withPath<Result>(
  { folder }: Workshop,
  open: OpenExploration,
  state: number,
  use: (path: string) => Result | Promise<Result>,
): Promise<Result> {
  const own = mkdtempSync(join(folder, "path-"));
  try {
    return await use(open.write(own, state));
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** The exploration, or why there is none. */
function exploring(
  workshop: Workshop,
  records: readonly LogRecord[],
  at: number,
): LogExploration | string {
  const [first] = records;
  if (first?.kind !== "start") return "the log does not begin with a start record";
  const { v: _v, seq: _seq, prev: _prev, ...start } = first;
  try {
    return new LogExploration({ start, records, ...workshop.judges(start) }, at);
  } catch (error) {
    if (error instanceof BlockgraphError) return error.message;
    throw error;
  }
}

/** The path to a state as something that a check found: what is violated there, if anything is. */
function findingAt(exploration: ProgramExploration, state: number): Finding {
  const trace = exploration.trace(state);
  const broken = exploration.view(state).properties.find(({ status }) => status === "violated");
  if (broken === undefined) {
    const { length } = trace.steps;
    const message = `${length} ${length === 1 ? "step" : "steps"} that somebody took`;
    return { kind: "property", property: EXPLORED, message, trace };
  }
  const { name, why } = broken;
  const kind = name === NO_DEADLOCK ? "deadlock" : "property";
  return { kind, property: name, message: why, trace };
}
