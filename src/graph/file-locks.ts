/**
 * File locks: how nodes that know nothing of each other keep from disturbing each other, also in
 * different processes (rule P6; QEMU block/file-posix.c, `raw_handle_perm_lock`).
 *
 * A node locks of its file what its parents require, and what they do not share. Before it takes
 * more than it has, it looks whether another has locked the opposite. While permissions are
 * refreshed it holds both what it had and what it is to have; the difference is let go when all
 * nodes agree. So two nodes cannot hand a file over to each other in one command.
 */
import type { DriverCatalogue } from "./catalogue.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { type Masks, NO_DEMANDS, type Permissions, permissionText } from "./permission.ts";
import { refuse } from "./refuse.ts";

/** The locks of a graph while its permissions are refreshed. */
export class FileLocks {
  readonly #graph: Graph;
  readonly #drivers: DriverCatalogue;
  #held: ReadonlyMap<string, Masks>;
  readonly #wanted = new Map<string, Masks>();

  constructor(graph: Graph, drivers: DriverCatalogue) {
    this.#graph = graph;
    this.#drivers = drivers;
    this.#held = graph.locks;
  }

  /**
   * Takes what a node needs, besides what it has.
   * @throws BlockgraphError `graph-refused` if another node has the opposite
   */
  prepare(node: GraphNode, wanted: Masks): void {
    const file = this.#fileOf(node);
    if (file === null) return;
    const held = this.#held.get(node.name) ?? NO_DEMANDS;
    const both = { perm: held.perm | wanted.perm, shared: held.shared & wanted.shared };
    this.#wanted.set(node.name, wanted);
    if (both.perm === held.perm && both.shared === held.shared) return;
    const others = [...this.#held].flatMap(([name, masks]) => {
      const other = this.#graph.nodes.get(name);
      if (name === node.name || other === undefined || this.#fileOf(other) !== file) return [];
      return [masks];
    });
    const text = collision(wanted, others);
    if (text !== null) throw refuse(text);
    this.#held = new Map(this.#held).set(node.name, both);
  }

  /** What is locked once all nodes have agreed. */
  committed(): ReadonlyMap<string, Masks> {
    if (this.#wanted.size === 0) return this.#graph.locks;
    const locks = new Map(this.#graph.locks);
    for (const [name, masks] of this.#wanted) {
      if (masks.perm === NO_DEMANDS.perm && masks.shared === NO_DEMANDS.shared) locks.delete(name);
      else locks.set(name, masks);
    }
    return locks;
  }

  #fileOf({ driver, options }: GraphNode): string | null {
    return this.#drivers.get(driver)?.lockedFile?.(options) ?? null;
  }
}

/** What QEMU says of the first lock that is not to be had; null: there is none. */
export function collision({ perm, shared }: Masks, others: readonly Masks[]): string | null {
  const required = others.reduce((bits, other) => bits | other.perm, 0);
  const refused = others.reduce((bits, other) => bits | (NO_DEMANDS.shared & ~other.shared), 0);
  if ((perm & refused) !== 0) return `Failed to get "${firstName(perm & refused)}" lock`;
  const unshared = required & ~shared;
  return unshared === 0 ? null : `Failed to get shared "${firstName(unshared)}" lock`;
}

function firstName(permissions: Permissions): string {
  return permissionText(permissions & -permissions);
}
