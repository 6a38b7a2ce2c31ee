/**
 * What a page can ask for with a JSON body: each command with the schema of its request.
 */
import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { BlockgraphError } from "../../error.ts";
import { completionsOf } from "../condition/completions.ts";
import { holdsIn } from "../condition/evaluate.ts";
import { parseCondition } from "../condition/parse.ts";
import { printCondition } from "../condition/print.ts";
import { vocabularyOf } from "../condition/vocabulary.ts";
import type { ProgramExploration } from "../session/program-exploration.ts";
import { readJson } from "./bodies.ts";
import {
  branchSchema,
  conditionSchema,
  explorationSchema,
  findSchema,
  followSchema,
  jobSchema,
  type OpenModel,
  openModelSchema,
  promoteSchema,
  renameSchema,
  replaySchema,
  stateSchema,
  takeSchema,
  type Understood,
} from "./documents.ts";
import type { Jobs } from "./jobs.ts";
import { type OpenExplorations, withPath } from "./open-explorations.ts";
import type { Workshop } from "./workshop.ts";

/** What commands work on. */
export interface Desk {
  readonly workshop: Workshop;
  readonly explorations: OpenExplorations;
  readonly jobs: Jobs;
}

/** Reads a request, and answers it with something that becomes JSON. */
export type Command = (desk: Desk, request: IncomingMessage) => Promise<unknown>;

/** By the name that stands in the URL below `api/`. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ["open", command(openModelSchema, openModel)],
  [
    "branch",
    command(branchSchema, ({ explorations }, { exploration, record }) =>
      explorations.branch(exploration, record),
    ),
  ],
  [
    "view",
    command(stateSchema, ({ explorations }, { exploration, state }) => ({
      view: explorations.at(exploration).exploration.view(state),
    })),
  ],
  [
    "take",
    command(takeSchema, ({ explorations }, { exploration, state, step }) => {
      const explored = explorations.at(exploration).exploration;
      return { view: explored.view(explored.take(state, step)) };
    }),
  ],
  [
    "tree",
    command(explorationSchema, ({ explorations }, { exploration }) => ({
      states: explorations.at(exploration).exploration.tree(),
    })),
  ],
  [
    "player",
    command(stateSchema, ({ workshop, explorations }, { exploration, state }) => {
      const open = explorations.at(exploration);
      return withPath(workshop, open, state, (path) => workshop.player(path, open.opened.title));
    }),
  ],
  [
    "follow",
    command(followSchema, ({ explorations }, { exploration, trail }) => {
      const explored = explorations.at(exploration).exploration;
      const { state, taken } = explored.follow(trail);
      return { view: explored.view(state), taken };
    }),
  ],
  [
    "rename",
    command(renameSchema, ({ explorations }, { exploration, state, name }) => {
      const plain = name.trim();
      explorations.at(exploration).exploration.rename(state, plain === "" ? null : plain);
      return {};
    }),
  ],
  [
    "remove",
    command(stateSchema, ({ explorations }, { exploration, state }) => ({
      parent: explorations.at(exploration).exploration.remove(state),
    })),
  ],
  ["condition", command(conditionSchema, understand)],
  ["find", command(findSchema, find)],
  [
    "check",
    command(explorationSchema, (desk, { exploration }) => ({
      job: desk.jobs.check(exploration, programAt(desk, exploration)),
    })),
  ],
  [
    "stop",
    command(jobSchema, ({ jobs }, { job }) => {
      jobs.stop(job);
      return {};
    }),
  ],
  [
    "promote",
    command(promoteSchema, ({ workshop, explorations }, { exploration, state, name }) =>
      withPath(workshop, explorations.at(exploration), state, (path) =>
        workshop.promote(path, name),
      ),
    ),
  ],
  [
    "replay",
    command(replaySchema, ({ workshop, explorations }, { exploration, state, on, qemu }) =>
      withPath(workshop, explorations.at(exploration), state, (path) =>
        workshop.replay(path, on, qemu),
      ),
    ),
  ],
]);

function command<Body>(
  schema: z.ZodType<Body>,
  answer: (desk: Desk, body: Body) => unknown,
): Command {
  return async (desk, request) => answer(desk, await readJson(request, schema));
}

/** Opens a model. */
export async function openModel({ workshop, explorations }: Desk, request: OpenModel) {
  return explorations.addModel(await workshop.open(request, () => {}), request);
}

function programAt({ explorations }: Desk, id: number): ProgramExploration {
  const { program } = explorations.at(id);
  if (program !== null) return program;
  throw new BlockgraphError(
    "bad-argument",
    "a log is no model that could be searched; open the model that it is of",
  );
}

/** How a condition is understood, and in which of the visited states it holds. */
function understand(
  desk: Desk,
  { exploration, text, cursor }: z.infer<typeof conditionSchema>,
): Understood {
  const explored = programAt(desk, exploration);
  const { program } = explored;
  const vocabulary = vocabularyOf(program);
  const completions = completionsOf(text, Math.min(cursor, text.length), vocabulary);
  const parsed = parseCondition(text, vocabulary);
  if (parsed.kind === "problem") {
    const { at, message, near } = parsed.problem;
    const could = completionsOf(text, at.from, vocabulary).options.slice(0, MOST_COULD);
    return { kind: "problem", ...at, message, near, could, completions };
  }
  const { condition } = parsed;
  const holds = explored
    .tree()
    .flatMap(({ id }) => (holdsIn(program, condition, explored.state(id)) ? [id] : []));
  const understood = printCondition(condition, vocabulary);
  return { kind: "condition", text: understood, holds, completions };
}

/** Of what could stand where something is wrong, as many are named. */
const MOST_COULD = 6;

function find(desk: Desk, { exploration, text, from }: z.infer<typeof findSchema>) {
  const explored = programAt(desk, exploration);
  const parsed = parseCondition(text, vocabularyOf(explored.program));
  if (parsed.kind === "problem") {
    const { at, message } = parsed.problem;
    throw new BlockgraphError("bad-argument", `character ${at.from + 1}: ${message}`);
  }
  const { bounds } = desk.explorations.at(exploration).opened;
  const { condition } = parsed;
  return { job: desk.jobs.find({ id: exploration, explored, bounds }, condition, from) };
}
