/**
 * Who copies the point in time to the target: a job of the graph, or a client that reads an export.
 *
 * Both go through the disk a cluster at a time, several at once: in order, or in that which a cache
 * recommends, of which the next cluster is chosen when there is somebody to copy it.
 */
import { rankOf } from "../../src/system/recommendation.ts";
import type { TimedRun } from "./timed-run.ts";

/** Who copies. */
export type CopierKind =
  | { readonly kind: "job"; readonly job: string }
  /** @see {@link copiesThroughExport} */
  | { readonly kind: "client"; readonly through: string; readonly discards: boolean };

export const WORKERS = 16;
/** How often a piece is tried again that failed. */
const TRIES = 3;

export class Copier {
  /** microseconds at which the last piece was copied; null: not yet */
  done: number | null = null;
  /** pieces that could not be copied */
  failed = 0;
  readonly #run: TimedRun;
  readonly #kind: CopierKind;
  readonly #piece: number;
  /** name of the node whose recommendations it follows; null: it goes in order */
  readonly #recommendedBy: string | null;
  /** clusters that nobody copies yet, in order */
  readonly #missing: Set<number>;
  #flying = 0;

  /** @param piece bytes that are copied at once */
  constructor(
    run: TimedRun,
    { copier, recommendedBy }: { copier: CopierKind; recommendedBy: string | null },
    length: number,
    piece: number,
  ) {
    this.#run = run;
    this.#kind = copier;
    this.#piece = piece;
    this.#recommendedBy = recommendedBy;
    this.#missing = new Set(Array.from({ length: length / piece }, (_, index) => index));
  }

  start(): void {
    for (let worker = 0; worker < WORKERS; worker++) this.#goOn();
  }

  #goOn(): void {
    const next = this.#next();
    if (next === null) {
      if (this.#flying === 0) this.done ??= this.#run.now;
      return;
    }
    this.#missing.delete(next);
    this.#flying++;
    this.#copy(next * this.#piece, TRIES);
  }

  /** The cluster to come to now; null: somebody copies each already. */
  #next(): number | null {
    const [first = null] = this.#missing;
    if (this.#recommendedBy === null) return first;
    const cache = this.#run.session.execution.node(this.#recommendedBy);
    let [best, rank] = [first, Infinity];
    for (const cluster of this.#missing) {
      const own = rankOf(cache, cluster);
      if (own >= rank) continue;
      [best, rank] = [cluster, own];
      if (rank === 0) break;
    }
    return best;
  }

  #copy(offset: number, tries: number): void {
    const ended = (succeeded: boolean) => {
      if (!succeeded && tries > 1) {
        this.#run.after(0, () => this.#copy(offset, tries - 1));
        return;
      }
      this.#flying--;
      if (!succeeded) this.failed++;
      this.#run.after(0, () => this.#goOn());
    };
    if (this.#kind.kind === "job") {
      const spec = { through: this.#kind.job, operation: "copy" } as const;
      this.#run.request({ ...spec, offset, length: this.#piece }, null, ({ errno }) =>
        ended(errno === null),
      );
    } else this.#copyThroughExport(this.#kind, offset, ended);
  }

  /** Reads a piece, writes it to the target, and may say that it will not be asked for again. */
  #copyThroughExport(
    { through, discards }: CopierKind & { kind: "client" },
    offset: number,
    ended: (succeeded: boolean) => void,
  ): void {
    const [length, data] = [this.#piece, Buffer.alloc(this.#piece)];
    this.#run.request({ through, operation: "read", offset, length }, data, ({ errno }) => {
      if (errno !== null) {
        ended(false);
        return;
      }
      this.#run.use("target.raw", "write", length, () => {
        this.#run.storage("target.raw").execute("write", offset, length, data);
        if (!discards) ended(true);
        else {
          this.#run.request({ through, operation: "discard", offset, length }, null, () =>
            ended(true),
          );
        }
      });
    });
  }
}
