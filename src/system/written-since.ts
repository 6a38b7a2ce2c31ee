/**
 * Which clusters were written since each bitmap began, as the images saw it: what the bitmaps
 * themselves have to record, kept beside them.
 */
import type { Graph } from "../graph/graph.ts";
import { CHANGING_OPERATIONS } from "../vocabulary.ts";
import type { Execution } from "./execution.ts";
import type { ImageCall } from "./frame.ts";
import type { Stretch } from "./image-window.ts";
import { leavesOutBy, leftOut, lentTo, recordedStretch } from "./increments.ts";
import type { Told } from "./tell.ts";

interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

interface Written {
  readonly stretch: Stretch;
  readonly clusterSize: number;
  readonly since: Set<number>;
  /** since the job began that works with the bitmap */
  readonly sinceJob: Set<number>;
  /** what that job could not copy, and has not since */
  readonly failed: Set<number>;
}

export class WrittenSince {
  readonly #written = new Map<string, Written>();
  #graph: Graph | null = null;

  /** A command changed the graph. */
  rewired(graph: Graph, execution: Execution): void {
    for (const { description } of execution.nodes.values()) {
      const { name, records, clusterSize } = description;
      const stretch = records === null ? null : recordedStretch(execution, name);
      if (stretch === null) continue;
      const known = this.#written.get(name) ?? {
        since: new Set(),
        sinceJob: new Set(),
        failed: new Set(),
      };
      this.#written.set(name, { ...known, stretch, clusterSize });
    }
    for (const told of execution.told) this.#told(told);
    const lent = this.#graph === null ? [] : lentTo(this.#graph, graph);
    for (const recorder of lent) {
      this.#written.get(recorder)?.sinceJob.clear();
      this.#written.get(recorder)?.failed.clear();
    }
    for (const name of this.#written.keys()) {
      if (!execution.nodes.has(name)) this.#written.delete(name);
    }
    this.#graph = graph;
  }

  #told({ node: recorder, event, clusters }: Told): void {
    const written = this.#written.get(recorder);
    if (written === undefined) return;
    const { since, sinceJob, failed } = written;
    if (event !== "CLEAR" && event !== "ABDICATE") return;
    for (const cluster of clusters) {
      const stays = event === "ABDICATE" && (sinceJob.has(cluster) || failed.has(cluster));
      if (!stays) since.delete(cluster);
    }
  }

  /** A job has copied what it was asked for, or could not. @param filter that copies for it */
  copied(filter: string, { offset, length }: ByteRange, succeeded: boolean): void {
    const recorder = this.#graph === null ? null : leavesOutBy(this.#graph, filter);
    const written = recorder === null ? undefined : this.#written.get(recorder);
    if (written === undefined) return;
    const { clusterSize, failed } = written;
    const first = Math.floor(offset / clusterSize);
    for (let cluster = first; cluster * clusterSize < offset + length; cluster++) {
      if (succeeded) failed.delete(cluster);
      else failed.add(cluster);
    }
  }

  /** An image was changed. */
  answered({ image, operation, offset, length }: ImageCall): void {
    if (!CHANGING_OPERATIONS.has(operation)) return;
    for (const { stretch, clusterSize, since, sinceJob } of this.#written.values()) {
      if (stretch.image !== image) continue;
      const start = Math.max(0, offset - stretch.shift);
      const end = Math.min(stretch.length, offset + length - stretch.shift);
      for (let cluster = Math.floor(start / clusterSize); cluster * clusterSize < end; cluster++) {
        since.add(cluster);
        sinceJob.add(cluster);
      }
    }
  }

  /**
   * Whether a filter that begins leaves out what was written since its bitmap began; null: it goes
   * by no bitmap, or by one of which nothing is known.
   */
  missed(filter: string, graph: Graph, execution: Execution): boolean | null {
    const recorder = leavesOutBy(graph, filter);
    const written = recorder === null ? undefined : this.#written.get(recorder);
    if (written === undefined) return null;
    return leftOut(execution.node(filter)).some((cluster) => written.since.has(cluster));
  }

  crashed(): void {
    this.#written.clear();
    this.#graph = null;
  }
}
