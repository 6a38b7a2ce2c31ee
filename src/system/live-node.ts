/**
 * A node while it is in use: its description, what its charts remember, and where its requests go.
 */

import type { Automaton } from "../chart/automaton.ts";
import type { Call } from "../chart/effects.ts";
import { type PassThrough, passThrough } from "../chart/pass-through.ts";
import { BlockgraphError } from "../error.ts";
import {
  CHANGING_OPERATIONS,
  type Errno,
  type Operation,
  type StorageOperation,
} from "../vocabulary.ts";
import type { SystemNode } from "./system.ts";

/** Where an operation on a node really goes, wrappers skipped. */
export type Route =
  | {
      readonly kind: "chart";
      readonly node: LiveNode;
      readonly automaton: Automaton;
      readonly shift: number;
    }
  | {
      readonly kind: "image";
      readonly image: string;
      readonly operation: StorageOperation;
      /** whether a write is to be compressed, by an image that can */
      readonly compressed: boolean;
      readonly shift: number;
    }
  | { readonly kind: "refused"; readonly errno: Errno }
  | { readonly kind: "ignored" };

export class LiveNode {
  description: SystemNode;
  /** state of each cluster's chart; empty if the node has none */
  clusters: Uint16Array;
  /** state of the node chart */
  state = 0;
  /** set when a chart of the node changed; whoever wakes waiting agents resets it */
  changed = false;
  readonly #routes = new Map<Operation, Route>();
  /** routes of calls to children, by the effect that makes the call */
  readonly #calls = new Map<Call, Route>();
  readonly #find: (name: string) => LiveNode;

  /** @param find gives the live node of a name, for children */
  constructor(description: SystemNode, find: (name: string) => LiveNode) {
    this.description = description;
    this.#find = find;
    this.clusters = new Uint16Array(clusterCount(description));
    this.#takeOwn(description, 0);
  }

  /**
   * What its image has is the node's own from the beginning, as if it had been written.
   * @param from the first cluster that it is looked at for
   */
  #takeOwn({ format, cluster, located, clusterSize }: SystemNode, from: number): void {
    if (format === null || cluster === null || located === null) return;
    const own = located.taken.reduce((state, name) => cluster.next(state, cluster.event(name)), 0);
    for (const { offset, length } of format.own()) {
      const end = Math.ceil((offset + length) / clusterSize);
      this.clusters.fill(
        own,
        Math.max(from, Math.floor(offset / clusterSize)),
        Math.max(from, end),
      );
    }
  }

  /** Takes the node's place in a changed graph; what it remembers stays. */
  rewire(description: SystemNode): void {
    this.description = description;
    const count = clusterCount(description);
    if (count !== this.clusters.length) {
      const kept = this.clusters.subarray(0, count);
      this.clusters = new Uint16Array(count);
      this.clusters.set(kept);
      this.#takeOwn(description, kept.length);
    }
    this.#routes.clear();
    this.#calls.clear();
  }

  /** What a cluster's chart would reply to an event, without being changed; null: nothing. */
  replyTo(cluster: number, event: string): string | null {
    return this.description.cluster?.replyTo(this.clusters[cluster] ?? 0, event) ?? null;
  }

  /** Where a call of one of the node's charts goes. Cached until the graph changes. */
  callRoute(call: Call): Route {
    const known = this.#calls.get(call);
    if (known !== undefined) return known;
    const child = this.description.children.get(call.child);
    if (child === undefined || call.operation === "chosen") {
      const { name } = this.description;
      throw new BlockgraphError(
        "chart-malformed",
        `node '${name}': a chart sends ${call.operation} to ${call.child}, which a node cannot do`,
      );
    }
    const route = this.#routeBelow(child, call.operation);
    this.#calls.set(call, route);
    return route;
  }

  /**
   * Where `operation` goes. Cached until the graph changes. A discard that somebody below cannot do
   * is none: it is a hint (QEMU block/io.c, `bdrv_co_pdiscard`, ignores ENOTSUP).
   */
  route(operation: Operation): Route {
    const known = this.#routes.get(operation);
    if (known !== undefined) return known;
    const route = this.#recorded(operation, this.#unrecorded(operation));
    this.#routes.set(operation, route);
    return route;
  }

  /** Where `operation` goes once the node's bitmaps know of it. */
  #unrecorded(operation: Operation): Route {
    const resolved = this.#resolve(operation);
    const impossible = resolved.kind === "refused" && resolved.errno === "ENOTSUP";
    return operation === "discard" && impossible ? { kind: "ignored" } : resolved;
  }

  /** What changes nothing no bitmap hears of, and a life only of what a job asks for. */
  #recorded(operation: Operation, route: Route): Route {
    const { recorder, life } = this.description;
    if (life !== null && operation === "copy") return this.#find(life).route(operation);
    if (recorder === null || !("shift" in route) || !CHANGING_OPERATIONS.has(operation))
      return route;
    return this.#find(recorder).route(operation);
  }

  /** Recorders and lives hand on to the very node. */
  #routeBelow({ name }: SystemNode, operation: Operation): Route {
    const below = this.#find(name);
    const { records, stops } = this.description;
    return name === records || name === stops
      ? below.#unrecorded(operation)
      : below.route(operation);
  }

  #resolve(operation: Operation): Route {
    const { requests, unmap, readOnly, shift, image, children } = this.description;
    if (readOnly && CHANGING_OPERATIONS.has(operation)) return { kind: "refused", errno: "EPERM" };
    if (operation === "discard" && !unmap) return { kind: "ignored" };
    const automaton = requests.get(operation);
    if (automaton === undefined) return { kind: "refused", errno: "ENOTSUP" };
    const through: PassThrough | null = passThrough(automaton);
    if (through === null) return { kind: "chart", node: this, automaton, shift: 0 };
    if (through.child === "storage") return imageRoute(image ?? "", through.operation, shift);
    const child = children.get(through.child);
    if (child === undefined) return { kind: "refused", errno: "ENOTSUP" };
    const below = this.#routeBelow(child, through.operation);
    const moved = child === this.description.primary ? shift : 0;
    return "shift" in below ? { ...below, shift: below.shift + moved } : below;
  }
}

function clusterCount({ clusterSize, length }: SystemNode): number {
  return clusterSize === 0 ? 0 : Math.ceil(length / clusterSize);
}

function imageRoute(image: string, operation: Operation, shift: number): Route {
  switch (operation) {
    case "read":
    case "write":
    case "write-zeroes":
    case "discard":
    case "flush":
    case "block-status":
      return { kind: "image", image, operation, compressed: false, shift };
    case "write-compressed":
      return { kind: "image", image, operation: "write", compressed: true, shift };
    default:
      return { kind: "refused", errno: "ENOTSUP" };
  }
}
