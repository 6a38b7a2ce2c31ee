/**
 * What graph commands must know of drivers, so that `src/graph` need not know the drivers.
 *
 * `src/drivers` provides the value (its registry); the arrow of imports points from there to here.
 */
import type { z } from "zod";
import type { Graph, GraphNode, JsonObject } from "./graph.ts";
import type { ImageFacts, ImageHeader } from "./image-facts.ts";
import type { Notice } from "./notice.ts";
import type { PermissionRule } from "./permission-query.ts";
import type { Profile } from "./profile.ts";
import type { Role } from "./role.ts";

/** A child that a driver has, by the option that names it. */
export interface ChildSlot {
  /** option and edge name: `file`, `target` */
  readonly name: string;
  readonly roles: readonly Role[];
  /** whether it may be left out, or be null: a backing file */
  readonly optional?: boolean;
  /** whether it is a list of children, whose edges are numbered: `children.0` */
  readonly list?: boolean;
}

/** What a node's length follows from. */
export interface LengthQuestion {
  readonly options: JsonObject;
  /** bytes of the image or the child below; null: not known */
  readonly below: number | null;
  /** of the image below; null: it has none, or nothing is known of it */
  readonly header: ImageHeader | null;
}

/** What judging a node needs besides the graph. */
export interface OpenedContext {
  readonly drivers: DriverCatalogue;
  readonly profile: Profile;
  readonly images?: ImageFacts;
}

/** How the cluster chart of a node with a backing file says which clusters are the node's own. */
export interface Located {
  /** what it is asked: handled in every state, and changes nothing */
  readonly event: string;
  /** the reply for a cluster of its own */
  readonly own: string;
  /** events by which a cluster that is the backing file's becomes its own, as a write makes it */
  readonly taken: readonly string[];
}

export interface DriverShape {
  /** QMP name: `copy-before-write` */
  readonly name: string;
  /** all its options in QMP spelling, the common ones included, children excluded; closed */
  readonly options: z.ZodObject;
  /** those of its options that only a job gives, to its filter; absent: none */
  readonly ofJobs?: readonly string[];
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
  opened?(graph: Graph, node: GraphNode, context: OpenedContext): void;
  /** What it tells the charts of nodes when it is opened. */
  tells?(node: GraphNode): readonly Notice[];
  /** the child whose clusters it has, besides what a filter shows; absent: none */
  readonly clusters?: string;
  /** whether its image can keep dirty bitmaps */
  readonly storesBitmaps?: boolean;
  /** whether it takes writes that are to be compressed, or hands them on; absent: it does not */
  readonly compresses?: boolean;
  /** absent, or null: it has no backing file */
  readonly located?: Located | null;
  /** an option that names a node above which it puts itself when it is opened; its edge to it */
  readonly appends?: { readonly option: string; readonly child: string };
  /** What a node finds out about the graph when it is opened, and goes by from then on. */
  find?(graph: Graph, node: GraphNode, drivers: DriverCatalogue): JsonObject;
  /** whether its image begins with a header that says how long it is, and names a backing file */
  readonly headed?: boolean;
  /**
   * Whether only jobs can open it. They must be able to take it out again, so no link to it can be
   * frozen (QEMU `never_freeze`).
   */
  readonly internal?: boolean;
  /**
   * Judges all that a node is given, before any child but `file` is opened.
   * @param images undefined: nothing is known of any file
   * @throws as `opened`
   */
  checked?(args: JsonObject, images: ImageFacts | undefined): void;
  /** bytes that a node shows; null: not known */
  length(question: LengthQuestion): number | null;
  /** the child whose length it shows; absent: the one whose data it shows */
  readonly lengthFrom?: string;
  /** whether it asks its child for its limits when somebody above it wants to know its own */
  readonly asksBelow?: boolean;
  /** whether it asks its child again for its length, where the profile has that */
  readonly variableLength: boolean;
  /** What a node goes by from then on if a node below it could not be resized; null: nothing. */
  resizeFailed?(profile: Profile): JsonObject | null;
  /**
   * What `block_resize` says to it (QEMU `bdrv_co_truncate`); absent: nothing, it can.
   * @param wanted bytes that it is to have, and has; null: that is not known
   */
  resizes?(
    options: JsonObject,
    wanted: { readonly size: number; readonly length: number | null },
  ): string | null;
  /** whether it accepts to be made shorter, and stays as long as it is; absent: it does not */
  readonly keepsLength?: boolean;
  /** the name by which it is known of its image what `ImageFacts` say; absent: nothing is */
  known?(options: JsonObject): string;
  /** the child in which it writes down what was done to it, at last when it is closed */
  readonly logsTo?: string;
  /** bytes in whose multiples it is written (QEMU `request_alignment`); absent: 1 */
  alignment?(options: JsonObject): number;
  /** the file that it locks (block/file-posix.c); absent, or null: none */
  lockedFile?(options: JsonObject): string | null;
  /** whether `x-blockdev-change` can add a child to its list, and remove one */
  readonly listChanges?: ListChanges;
  /** options of its own that `blockdev-reopen` may change; null: it cannot be reopened */
  readonly reopens: readonly string[] | null;
}

/** Judges changes to a list of children. Both give what is said against it; null: nothing. */
export interface ListChanges {
  adding(options: JsonObject): string | null;
  /** @param children how many there are */
  removing(options: JsonObject, children: number): string | null;
}

/** Looks a driver up by its QMP name. */
export type DriverCatalogue = ReadonlyMap<string, DriverShape>;
