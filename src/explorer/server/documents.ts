/**
 * What page and server say to each other: requests as schemas, answers as types. All text in
 * answers is text, never markup.
 */
import { z } from "zod";
import { PROFILES } from "../../graph/profile.ts";
import { OPERATIONS, QEMU_VERSIONS } from "../../vocabulary.ts";
import type { Completions } from "../condition/offered.ts";
import type { StateView, TreeView } from "../session/exploration.ts";

const number = z
  .int()
  .min(0)
  .max(2 ** 31);
const name = z.string().min(1).max(255);
const bytes = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const fill = z.union([
  z.strictObject({ byte: z.int().min(0).max(255) }),
  z.strictObject({ seed: z.int().min(0).max(0xffff_ffff) }),
]);

/** What an actor does instead of what its model says. */
const workloadSchema = z.strictObject({
  actor: name,
  /** requests that it keeps in flight; left out: as many as its model says */
  depth: z.int().min(1).max(4).optional(),
  requests: z.union([
    z
      .array(
        z.strictObject({
          operation: z.enum(OPERATIONS),
          offset: bytes,
          length: bytes,
          data: fill.optional(),
        }),
      )
      .min(1)
      .max(64),
    z.strictObject({
      operations: z.array(z.enum(OPERATIONS)).min(1).max(OPERATIONS.length),
      count: z.int().min(1).max(64),
      alignment: z
        .int()
        .min(1)
        .max(2 ** 31),
      longest: z
        .int()
        .min(1)
        .max(2 ** 31),
    }),
  ]),
});

export const openModelSchema = z.strictObject({
  model: name,
  mutant: name.nullable().default(null),
  /** bounds and parameters by name; those that are left out are the model's own */
  parameters: z
    .record(
      name,
      z
        .int()
        .min(0)
        .max(2 ** 31),
    )
    .default({}),
  /** whose rules hold; null: the model's own */
  profile: z.enum(PROFILES).nullable().default(null),
  workload: z.array(workloadSchema).max(32).default([]),
  /** how often each of the model's faults may happen, in its order; empty: as the model says */
  faults: z.array(z.int().min(0).max(4)).max(16).default([]),
});
export type OpenModel = z.infer<typeof openModelSchema>;
export type Workload = OpenModel["workload"];

const exploration = number;
export const stateSchema = z.strictObject({ exploration, state: number });
export const explorationSchema = z.strictObject({ exploration });
export const takeSchema = z.strictObject({ exploration, state: number, step: number });
export const branchSchema = z.strictObject({ exploration, record: number });
const text = z.string().max(8192);
/** `cursor`: a place in the text, for which completions are wanted */
export const conditionSchema = z.strictObject({ exploration, text, cursor: number });
/** `from`: the state where the search begins */
export const findSchema = z.strictObject({ exploration, text, from: number });
/** codes of the steps of a trail, from the beginning on */
export const followSchema = z.strictObject({
  exploration,
  trail: z.array(z.string().max(16)).max(10_000),
});
export const renameSchema = z.strictObject({
  ...{ exploration, state: number },
  /** empty: none any more */
  name: z.string().max(80),
});
export const jobSchema = z.strictObject({ job: number });
export const promoteSchema = z.strictObject({
  ...{ exploration, state: number },
  name: name.optional(),
});
export const replaySchema = z.strictObject({
  ...{ exploration, state: number },
  on: z.enum(["sim", "files", "qemu"]),
  /** null: the QEMU whose rules the path has */
  qemu: z.enum(QEMU_VERSIONS).nullable().default(null),
});
export type ReplayRequest = z.infer<typeof replaySchema>;

/** A model that can be explored. */
export interface ModelSummary {
  readonly name: string;
  readonly title: string;
  readonly idea: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly description: string;
    readonly default: number;
  }[];
  readonly mutants: readonly { readonly name: string; readonly statement: string }[];
  /** whose rules it has; null: it has none of its own to change */
  readonly profile: string | null;
  readonly profiles: readonly string[];
  /** whose requests can be edited, and what they are */
  readonly workload: Workload;
  /** what may fail, and how often */
  readonly faults: readonly { readonly what: string; readonly times: number }[];
}

/** What is explored. */
export interface Opened {
  readonly exploration: number;
  readonly kind: "model" | "log";
  readonly title: string;
  /** for people; empty for a log */
  readonly bounds: string;
  /** what was chosen; null for a log */
  readonly chosen: OpenModel | null;
  readonly notices: readonly string[];
  /** the names that conditions can use, for a hint; empty where none can be asked for */
  readonly vocabulary: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** conditions that one could ask for */
  readonly examples: readonly string[];
  /** of a log: records that can be branched from; 0 for a model */
  readonly records: number;
}

export interface Started {
  readonly models: readonly ModelSummary[];
  readonly opened: readonly Opened[];
}

export interface Taken {
  readonly view: StateView;
}

export interface Tree {
  readonly states: readonly TreeView[];
}

/** Where a trail led. */
export interface Trailed extends Taken {
  /** steps of it that were taken */
  readonly taken: number;
}

/** What is left after a branch was deleted. */
export interface Removed {
  /** the state that the branch began at */
  readonly parent: number;
}

/** How a condition was understood, and how it could go on. */
export type Understood = { readonly completions: Completions } & (
  | { readonly kind: "condition"; readonly text: string; readonly holds: readonly number[] }
  | {
      readonly kind: "problem";
      readonly from: number;
      readonly to: number;
      readonly message: string;
      readonly near: readonly string[];
      /** what could stand in that place */
      readonly could: readonly string[];
    }
);

export interface JobStarted {
  readonly job: number;
}

export interface Promoted {
  readonly test: string;
  readonly trace: string;
}

export interface Replayed {
  readonly identical: boolean;
  /** in one line, for people */
  readonly line: string;
  readonly difference: string | null;
  /** what the properties say of it, a line each */
  readonly violations: readonly string[];
}

/** How far a job is, or how it ended. */
export type JobNews = { readonly job: number; readonly exploration: number } & (
  | {
      readonly kind: "progress";
      readonly task: string;
      readonly states: number;
      readonly transitions: number;
      readonly depth: number;
    }
  /** a search for a condition found this state; `message`: how far from where it began */
  | { readonly kind: "found"; readonly state: number; readonly message: string }
  /** `message`: what was exhausted, from where */
  | { readonly kind: "nowhere"; readonly message: string }
  | {
      readonly kind: "checked";
      readonly verdict: "holds" | "violated" | "undecided";
      readonly problem: string | null;
      readonly states: number;
      /** up to what they are counted, to be put behind their number; may be empty */
      readonly upTo: string;
      readonly transitions: number;
      readonly depth: number;
      readonly properties: readonly {
        readonly name: string;
        readonly outcome: "holds" | "violated" | "undecided" | "never-applies";
      }[];
      /** what was found, and the state that its path leads to */
      readonly findings: readonly {
        readonly property: string;
        readonly message: string;
        readonly state: number;
      }[];
    }
  | { readonly kind: "stopped"; readonly states: number; readonly message: string }
  | { readonly kind: "failed"; readonly message: string }
);

/** Every answer that is none. */
export interface Refused {
  readonly error: { readonly code: string; readonly message: string };
}

export type { StateView, TreeView };
