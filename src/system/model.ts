/**
 * What a model is: a design, written down once (DESIGN section 9).
 *
 * A module in `models/` exports one value of this type. Diagram, simulation, real run and check
 * all follow from it. A model is data: it says which images there are, which commands build and
 * take down the graph, who reads and writes meanwhile, what must hold, and which one-line changes
 * to a driver's charts a property must catch.
 */

import type { QmpCommand } from "../graph/commands.ts";
import type { JsonObject } from "../graph/graph.ts";
import type { ProfileName } from "../graph/profile.ts";
import type { Fill } from "../log/record.ts";
import type { Errno, Operation, StorageOperation } from "../vocabulary.ts";
import type { RequestSpec } from "./request-spec.ts";
import type { ChartMutation } from "./system.ts";

/** An image as the model makes it where there is none. What no extent covers is zero. */
export interface ModelImage {
  readonly filename: string;
  /** bytes */
  readonly length: number;
  /** whether it is kept in memory also in a run: that of a `memory` node; default: it is a file */
  readonly volatile?: boolean;
  readonly content: readonly { offset: number; length: number; fill: Fill }[];
}

/** Requests drawn at random; a checker takes every one of them. */
export interface RequestChoice {
  readonly operations: readonly Operation[];
  /** requests until the actor is done */
  readonly count: number;
  /** offsets and lengths are multiples of this many bytes */
  readonly alignment: number;
  /** bytes */
  readonly longest: number;
  /**
   * a node that recommends which of its clusters come next (recommendation.ts): of the requests
   * that begin in a cluster those that it wants sooner than others come first; default: they come
   * as they may
   */
  readonly recommendedBy?: string;
}

/** Somebody who sends requests through a device or export, one after the other. */
export interface Actor {
  readonly name: string;
  readonly through: string;
  readonly requests: readonly Omit<RequestSpec, "through">[] | RequestChoice;
  /** requests that it keeps in flight; default 1 */
  readonly depth?: number;
}

/** Calls to an image that may fail, at most `times` in all. */
export interface FaultSource {
  readonly image: string;
  readonly operations: readonly StorageOperation[];
  readonly errno: Errno;
  readonly times: number;
}

/** Commands, one after the other. */
export interface Commands {
  readonly commands: readonly QmpCommand[];
  /** QEMU's words in which the last of them must be refused; default: all are accepted */
  readonly refused?: string;
}

/** Commands while nothing is in flight. */
export interface CommandPhase extends Commands {
  readonly kind: "commands";
}

export type Phase =
  | CommandPhase
  | {
      readonly kind: "concurrent";
      readonly actors: readonly Actor[];
      readonly faults?: readonly FaultSource[];
      /**
       * what an administrator sends meanwhile, each when the one before was answered; an actor
       * waits while there is no device or export of its name, and is through when there will be
       * none
       */
      readonly administrator?: Commands;
    }
  /** reads a whole device or export; a run writes it to a file of that name */
  | { readonly kind: "dump"; readonly through: string; readonly filename: string };

/**
 * What a check narrows, so that every interleaving can be searched: of actors that choose their
 * requests, how often they choose and from what. Scripts are taken as they stand.
 */
export interface CheckBounds {
  /** requests of each such actor in each phase, at the most */
  readonly requests: number;
  /** offsets and lengths are multiples of this many bytes, if the actor's own are not coarser */
  readonly alignment: number;
  /** bytes, if the actor's own requests are not shorter */
  readonly longest: number;
  /** different data that such requests write, in turn */
  readonly values: number;
}

export interface Mutant {
  readonly name: string;
  /** what was broken, in one sentence */
  readonly statement: string;
  readonly mutation: ChartMutation;
  /** name of the property that must notice */
  readonly caughtBy: string;
}

export interface Model {
  readonly name: string;
  readonly title: string;
  /** the idea that the model formalises, as a reader meets it */
  readonly idea: string;
  readonly profile: ProfileName;
  /** default: one request each, of one whole cluster */
  readonly bounds?: CheckBounds;
  /** smallest cluster of block-copy, in bytes */
  readonly clusterSize: number;
  readonly images: readonly ModelImage[];
  readonly phases: readonly Phase[];
  /** names of properties that hold always */
  readonly properties: readonly string[];
  /** names of properties that a check must find to apply somewhere, lest the model be vacuous */
  readonly reachable?: readonly string[];
  /** names of invariants of clusters, for a check */
  readonly invariants?: readonly string[];
  /** whether its actors are in step, so that requests beside theirs would undo what it is about */
  readonly inStep?: boolean;
  readonly expected: { readonly verdict: "holds" | "violated" };
  readonly mutants: readonly Mutant[];
}

/**
 * Whether only a check can notice a mutant, since no simulation judges its property: an invariant
 * of clusters, or a promise that something ends or happens. Every simulation notices a deadlock.
 */
export function isLeftToCheck({ properties }: Model, { caughtBy }: Mutant): boolean {
  return caughtBy !== "no-deadlock" && !properties.includes(caughtBy);
}

/** Spells a QMP command. */
export function qmp(execute: string, args: JsonObject): QmpCommand {
  return { execute, arguments: args };
}
