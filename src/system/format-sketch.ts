/**
 * A format sketch: a design of an image format reduced to charts, in a file that may lose power.
 *
 * A sketch (sketch.ts) has one value for each address. An image format has *guest clusters*, which
 * the guest sees, and *host clusters* of the file; an *entry* for each guest cluster says in which
 * host cluster it is, and each host cluster has a *refcount*, 0 or 1. Entries and refcounts are
 * changed in memory, and a commit brings copies of them into the file. Guest and host clusters have
 * a chart each, requests are charts too, with these meanings of the effects:
 *
 *     choose    the environment picks a guest cluster, for `address-and-value` a value from 1 on as
 *               well; an actor of `host` picks a host cluster; `request` picks nothing
 *     ask       an event of the guest clusters' chart: the chosen one; of the host clusters' chart:
 *               the one that the request is about, `any`: the first that takes the event, which the
 *               request is about from then on, or `all`, which must take it
 *     call      entry read        the request is about the host cluster that the entry names
 *               entry write       the entry names the host cluster that the request is about
 *               entry discard     the entry names none
 *               cluster read      reads the host cluster, and what comes is judged
 *               cluster write     writes the chosen value there, for the chosen guest cluster
 *               cluster discard   punches a hole there: it holds zeros
 *               refcounts read    copies what is in memory; `write` writes the copy to the file
 *               mapping read      the same of all entries; where the file has them as they were
 *               mapping write     copied, `write` may answer NONE, and then writes nothing
 *               file flush        everything that was written is stable afterwards
 *
 * The file is what a disk with a volatile cache is. Until a flush, each entry, each refcount and
 * the content of each host cluster is for itself the stable one or any that was written since; so
 * writes are reordered in every way. *The power is cut* in every state, and what is found then is
 * judged. It goes on as if it had not been: what happens after a crash is the business of whoever
 * opens the image again.
 *
 * What a guest cluster may hold after a crash is what some order of its requests explains: a change
 * that ended supersedes those that ended before it began, once a flush that began later has ended.
 * (Changes of one cluster at the same time may leave either.)
 */
import type { Chart } from "../chart/chart.ts";
import type { SketchActor, SketchMutant, SketchParameter, SketchPromise } from "./sketch.ts";

/** What can be wrong with what a crash leaves, or with what a read returns. */
export type FormatFault =
  /** an entry in the file names a host cluster whose refcount there is 0 */
  | "uncounted"
  /** two entries in the file name one host cluster */
  | "shared"
  /** a guest cluster holds what no order of its requests explains */
  | "unexplained"
  /** a read returned what was never written to its guest cluster */
  | "foreign";

export interface FormatProperty {
  readonly name: string;
  /** one sentence */
  readonly statement: string;
  readonly faults: readonly FormatFault[];
}

/** Somebody who sends one request after the other, for ever. */
export interface FormatActor extends Pick<SketchActor, "name" | "instances" | "chart" | "atOnce"> {
  /** which clusters it chooses among */
  readonly chooses: "guest" | "host";
  /** write, discard: its requests change the guest cluster that they choose; commit: a flush */
  readonly request: "write" | "discard" | "read" | "commit" | "other";
}

/** A format sketch with its bounds filled in. */
export interface FormatDesign {
  readonly name: string;
  readonly guests: { readonly count: number; readonly chart: Chart };
  /** `free`: the value of the chart in which the refcount in memory is 0 */
  readonly hosts: { readonly count: number; readonly chart: Chart; readonly free: string };
  /** how many values guests can write; zeros are none of them */
  readonly values: number;
  /** one of them at most commits, and has one instance */
  readonly actors: readonly FormatActor[];
  readonly promises: readonly SketchPromise[];
}

export interface FormatSketch {
  readonly name: string;
  readonly title: string;
  /** the idea that it formalises, as a reader meets it */
  readonly idea: string;
  readonly parameters: Readonly<Record<string, SketchParameter>>;
  readonly build: (bounds: Readonly<Record<string, number>>) => FormatDesign;
  /** names of format properties */
  readonly properties: readonly string[];
  readonly expected: { readonly verdict: "holds" | "violated" };
  /** a part is `guest cluster`, `host cluster` or the name of an actor */
  readonly mutants: readonly SketchMutant[];
}

/** Name of the guest clusters' chart among the parts of a design. */
export const GUEST_CLUSTER = "guest cluster";
/** Name of the host clusters' chart. */
export const HOST_CLUSTER = "host cluster";

/** The design with a mutant's change made. */
export function mutateFormat(design: FormatDesign, { part, change }: SketchMutant): FormatDesign {
  const changed = (name: string, chart: Chart) => (name === part ? change(chart) : chart);
  return {
    ...design,
    guests: { ...design.guests, chart: changed(GUEST_CLUSTER, design.guests.chart) },
    hosts: { ...design.hosts, chart: changed(HOST_CLUSTER, design.hosts.chart) },
    actors: design.actors.map((actor) => ({ ...actor, chart: changed(actor.name, actor.chart) })),
  };
}
