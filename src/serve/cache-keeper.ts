/**
 * The keeper of a fleecing cache with two tiers: empties its memory to the file before it is full,
 * so that a guest need not wait for room, or waits no longer than one cluster takes.
 *
 * It goes round the disk, and evicts what it finds in memory: of a guest that writes from the
 * beginning to the end that is what was saved first. Whatever it evicts is served from the file
 * from then on; the chart of the cache sees to it that readers notice nothing
 * (src/drivers/fleecing-cache/evict-charts.ts, model `fleecing-cache-tiers`).
 */
import { replying } from "../system/replying.ts";
import type { Errno } from "../vocabulary.ts";
import type { LiveGraph } from "./live-graph.ts";

export interface CacheKeeperOptions {
  readonly live: LiveGraph;
  /** id of an export of the cache, which is the keeper's own */
  readonly through: string;
  /** name of the cache's node */
  readonly cache: string;
  /** clusters that memory has room for */
  readonly room: number;
  /** Tells whoever looks after the program, once, that the file does not take any more. */
  failed(errno: Errno): void;
}

/** ms between two looks at how much memory is taken */
const LOOK_MS = 5;
/** ms before a file that has refused something is tried again */
const RETRY_MS = 500;
/** Memory is emptied from this part of its room on, and down to that. */
const HIGH = 3 / 4;
const LOW = 1 / 2;
/** clusters that are on their way to the file at once */
const AT_ONCE = 16;

export class CacheKeeper {
  readonly #options: CacheKeeperOptions;
  readonly #timer: NodeJS.Timeout;
  #evicting: Promise<void> | null = null;
  #next = 0;
  #notBefore = 0;
  #hasFailed = false;

  constructor(options: CacheKeeperOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Resolves when nothing is on its way any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#evicting;
  }

  #look(): void {
    const { room } = this.#options;
    if (this.#evicting !== null || performance.now() < this.#notBefore) return;
    if (this.#taken < Math.ceil(room * HIGH)) return;
    this.#evicting = this.#empty().finally(() => {
      this.#evicting = null;
    });
  }

  async #empty(): Promise<void> {
    const { room } = this.#options;
    while (this.#taken > Math.floor(room * LOW)) {
      const clusters = this.#nextInMemory(Math.min(AT_ONCE, this.#taken));
      if (clusters.length === 0) return;
      const errnos = await Promise.all(clusters.map((cluster) => this.#evict(cluster)));
      const errno = errnos.find((each) => each !== null);
      if (errno === undefined || errno === null) continue;
      this.#notBefore = performance.now() + RETRY_MS;
      if (!this.#hasFailed) this.#options.failed(errno);
      this.#hasFailed = true;
      return;
    }
  }

  get #node() {
    return this.#options.live.session.execution.node(this.#options.cache);
  }

  /** clusters of memory that are taken */
  get #taken(): number {
    const { description, state } = this.#node;
    const taken = description.node?.states[state]?.context.taken;
    return typeof taken === "number" ? taken : 0;
  }

  /** The next clusters on the way round that are in memory, and no more than `most`. */
  #nextInMemory(most: number): number[] {
    const { clusters } = this.#node;
    const isInMemory = replying(this.#node, "LOCATE", "IN_MEMORY");
    const found: number[] = [];
    for (let looked = 0; looked < clusters.length && found.length < most; looked++) {
      const cluster = this.#next;
      this.#next = (cluster + 1) % clusters.length;
      if (isInMemory(clusters[cluster] ?? 0)) found.push(cluster);
    }
    return found;
  }

  #evict(cluster: number): Promise<Errno | null> {
    const { live, through } = this.#options;
    const { clusterSize, length: end } = this.#node.description;
    const offset = cluster * clusterSize;
    const length = Math.min(clusterSize, end - offset);
    return new Promise((resolve) => {
      live.submit({
        ...{ through, operation: "evict", offset, length, buffer: null },
        done: ({ errno }) => resolve(errno),
      });
    });
  }
}
