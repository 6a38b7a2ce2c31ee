/**
 * Rewiring that can be undone: the edges that a command detaches and attaches, in order (QEMU
 * util/transactions.c; rule P9).
 *
 * Undoing goes backwards. What was detached is attached again as the newest edge of its node, as in
 * QEMU; nothing else tells the graph from what it was.
 */
import { attach, detach } from "./edges.ts";
import type { Edge, Graph } from "./graph.ts";
import type { Profile } from "./profile.ts";
import { Refusal } from "./refuse.ts";
import { Topology } from "./topology.ts";

export class Rewiring {
  readonly #profile: Profile;
  readonly #done: { readonly kind: "attach" | "detach"; readonly edge: Edge }[] = [];
  #graph: Graph;

  constructor(graph: Graph, profile: Profile) {
    this.#graph = graph;
    this.#profile = profile;
  }

  get graph(): Graph {
    return this.#graph;
  }

  /** The edges that were detached, oldest first. */
  get detached(): readonly Edge[] {
    return this.#done.filter(({ kind }) => kind === "detach").map(({ edge }) => edge);
  }

  attach(edge: Edge): void {
    this.#graph = attach(this.#graph, edge);
    this.#done.push({ kind: "attach", edge });
  }

  /** @throws Refusal where the profile's QEMU aborts */
  detach(edge: Edge): void {
    this.#take(edge);
    this.#done.push({ kind: "detach", edge });
  }

  /** The graph without all this. @throws Refusal where the profile's QEMU aborts on the way */
  undo(): Graph {
    for (const { kind, edge } of this.#done.reverse()) {
      if (kind === "attach") this.#take(edge);
      else this.#graph = attach(this.#graph, edge);
    }
    return this.#graph;
  }

  #take(edge: Edge): void {
    const aborts = this.#profile.diamondDetach === "abort";
    if (aborts && Topology.of(this.#graph).hasDiamond(edge.child)) {
      throw new Refusal(
        `QEMU 7.2 aborts when '${edge.child}' is taken from '${edge.parent.name}' here, because ` +
          "a node below it is reached in two ways (defect M1); detach one of the two first",
        null,
        "abort",
      );
    }
    this.#graph = detach(this.#graph, edge);
  }
}
