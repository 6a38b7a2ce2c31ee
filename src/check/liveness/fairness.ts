/**
 * Whether a component can be stayed in for ever under weak fairness.
 *
 * Weak fairness of an instance: if from some point on it could always take a fair step, it does so
 * infinitely often. A run that visits all of a component for ever is fair to an instance that
 * cannot take a fair step in one of its states, or takes one within it. An instance for which
 * neither is true makes every run within the component unfair, so whole components are all that
 * needs to be looked at.
 *
 * A single state without a step to itself counts as well: where no instance can take a fair step,
 * nothing needs to happen any more.
 */
import { at } from "../search/store.ts";
import type { Component } from "./components.ts";
import type { StateGraph } from "./state-graph.ts";

/** What a fair run must do again and again: be where an instance cannot go on, or let it. */
export interface Demand {
  readonly instance: number;
}

/**
 * Judges components that have no states in common, one after the other. Most have one state, so
 * nothing is made anew for each.
 */
export class FairnessJudge {
  readonly #graph: StateGraph;
  readonly #instances: number;
  /** by state: number of the component that it was last seen in */
  readonly #componentOf: Int32Array;
  /** by instance: the state, plus 1, where it was last seen to be able to take a fair step */
  readonly #lastEnabled: Int32Array;
  readonly #enabledIn: Int32Array;
  readonly #taken: Uint8Array;
  #component = 0;

  /** @param instances how many there are */
  constructor(graph: StateGraph, instances: number) {
    this.#graph = graph;
    this.#instances = instances;
    this.#componentOf = new Int32Array(graph.size);
    this.#lastEnabled = new Int32Array(instances);
    this.#enabledIn = new Int32Array(instances);
    this.#taken = new Uint8Array(instances);
  }

  /**
   * The instances that a fair run within the component must be seen to treat fairly, that is those
   * that could take a fair step in the states of it; null: no run within it is fair.
   */
  demandsOf(component: Component): readonly Demand[] | null {
    const inside = this.#look(component);
    const demands: Demand[] = [];
    for (let instance = 0; instance < this.#instances; instance++) {
      const times = at(this.#enabledIn, instance);
      if (times === 0) continue;
      if (times === component.length && this.#taken[instance] === 0) return null;
      demands.push({ instance });
    }
    return inside === 0 && demands.length > 0 ? null : demands;
  }

  /** Notes where who could take a fair step, and who does. @returns steps within the component */
  #look(component: Component): number {
    const { firsts, targets, labels } = this.#graph.arrays;
    const number = ++this.#component;
    for (const state of component) this.#componentOf[state] = number;
    this.#enabledIn.fill(0);
    this.#taken.fill(0);
    let inside = 0;
    for (const state of component) {
      const end = at(firsts, state + 1);
      for (let edge = at(firsts, state); edge < end; edge++) {
        const label = at(labels, edge);
        const within = this.#componentOf[at(targets, edge)] === number;
        if (within) inside++;
        if ((label & 1) === 0) continue;
        const instance = label >> 1;
        if (within) this.#taken[instance] = 1;
        if (this.#lastEnabled[instance] === state + 1) continue;
        this.#lastEnabled[instance] = state + 1;
        this.#enabledIn[instance] = at(this.#enabledIn, instance) + 1;
      }
    }
    return inside;
  }
}

/** Whether a step satisfies a demand: the instance takes a fair step, or cannot where it leads. */
export function satisfies(graph: StateGraph, edge: number, { instance }: Demand): boolean {
  const { firsts, targets, labels } = graph.arrays;
  if (labels[edge] === 2 * instance + 1) return true;
  const state = at(targets, edge);
  const end = at(firsts, state + 1);
  for (let next = at(firsts, state); next < end; next++) {
    if (labels[next] === 2 * instance + 1) return false;
  }
  return true;
}
