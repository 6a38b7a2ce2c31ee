/**
 * Surgery: every sequence of graph commands up to a length, from a graph that stands.
 *
 * Nobody does I/O here; what is checked is the graph itself. As the number of graphs is finite, a
 * graph is one value: a number, and a table says which command leads to which (DESIGN section 5).
 */
import type { QmpCommand } from "../graph/commands.ts";
import type { Graph } from "../graph/graph.ts";
import type { Profile, ProfileName } from "../graph/profile.ts";
import type { Model, ModelImage } from "./model.ts";
import type { ViewedHook } from "./viewed-hook.ts";

/** What a user's handle denotes, by the name of the user: the view that it was made for. */
export type Denotations = ReadonlyMap<string, ViewedHook>;

/** A graph, and what its users were promised. */
export interface Situation {
  readonly graph: Graph;
  readonly denoted: Denotations;
}

/** A command, and what it did. */
export interface SurgeryStep {
  readonly before: Situation;
  readonly command: QmpCommand;
  /** QEMU's text; null: it was accepted */
  readonly refusal: string | null;
  readonly after: Situation;
}

/** What no command may break. */
export interface GraphProperty {
  readonly name: string;
  /** one sentence */
  readonly statement: string;
  /**
   * What is wrong after a command, for people; null: nothing. Asked for a command that leads to a
   * situation which was not met before, and for one that is refused and changed the graph.
   */
  broken(step: SurgeryStep, profile: Profile): string | null;
}

/** A rule that is otherwise, which some property must notice. */
export interface SurgeryMutant {
  readonly name: string;
  /** what was broken, in one sentence */
  readonly statement: string;
  /** rows of the profile */
  readonly rows: Partial<Profile>;
  /** name of the property that must notice */
  readonly caughtBy: string;
}

export interface Surgery {
  readonly name: string;
  readonly title: string;
  /** what it explores, as a reader meets it */
  readonly idea: string;
  readonly profile: ProfileName;
  readonly images: readonly ModelImage[];
  /** what stands at the beginning */
  readonly setup: readonly QmpCommand[];
  /** names of nodes that are interchangeable: a new node takes the first that is free */
  readonly names: readonly string[];
  /** commands after that, at the most */
  readonly depth: number;
  /** every command that somebody could think of in a graph, with all arguments */
  commands(graph: Graph): readonly QmpCommand[];
  readonly properties: readonly string[];
  readonly expected: Model["expected"];
  readonly mutants: readonly SurgeryMutant[];
}
