/**
 * What graph commands must know of drivers, so that `src/graph` need not know the drivers.
 *
 * `src/drivers` provides the value (its registry); the arrow of imports points from there to here.
 */
import type { z } from "zod";
import type { Graph, GraphNode, JsonObject } from "./graph.ts";
import type { PermissionRule } from "./permission-query.ts";
import type { Role } from "./role.ts";

/** A child that a driver has, by the option that names it. */
export interface ChildSlot {
  /** option and edge name: `file`, `target` */
  readonly name: string;
  readonly roles: readonly Role[];
  /** whether it may be left out, or be null: a backing file */
  readonly optional?: boolean;
}

export interface DriverShape {
  /** QMP name: `copy-before-write` */
  readonly name: string;
  /** all its options in QMP spelling, the common ones included, children excluded; closed */
  readonly options: z.ZodType<Readonly<Record<string, unknown>>>;
  /** in the order in which the driver opens them */
  readonly children: readonly ChildSlot[];
  /** what a node requires of each child, and shares with the child's other users */
  readonly permissions: PermissionRule;
  /** whether it is a filter: a node that shows exactly what its child shows */
  readonly filter: boolean;
  /**
   * Judges a node whose children are attached and whose permissions are granted.
   * @throws BlockgraphError `graph-refused`
   */
  opened?(graph: Graph, node: GraphNode, drivers: DriverCatalogue): void;
  /** an option that names a node above which it puts itself when it is opened; its edge to it */
  readonly appends?: { readonly option: string; readonly child: string };
  /** What a node finds out about the graph when it is opened, and goes by from then on. */
  find?(graph: Graph, node: GraphNode, drivers: DriverCatalogue): JsonObject;
  /** options of its own that `blockdev-reopen` may change; null: it cannot be reopened */
  readonly reopens: readonly string[] | null;
}

/** Looks a driver up by its QMP name. */
export type DriverCatalogue = ReadonlyMap<string, DriverShape>;
