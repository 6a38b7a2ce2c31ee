/**
 * An opened qcow2 image: its tables in memory, and how changes of them get into the file.
 *
 * What is changed in memory reaches the file in commits (commit.ts). A host cluster that nobody
 * needs any more is *given up*: it is free for others when no table in the file refers to it and
 * nobody who looked it up before is still busy with it. A hole is punched in its place just before,
 * where that is wished: sooner it could hit who reads it, or what a crash brings back, and later
 * the next owner (models/qcow2-crash.ts and models/qcow2-discard-race.ts).
 */
import { commitSteps } from "./commit.ts";
import { Damage } from "./damage.ts";
import type { Geometry } from "./geometry.ts";
import type { Header } from "./header.ts";
import type { HostFile } from "./host-file.ts";
import type { L2Entry } from "./l2-entry.ts";
import type { Mapping, MappingChanges } from "./mapping.ts";
import type { MetadataMap } from "./metadata-map.ts";
import type { Refcounts } from "./refcounts.ts";

/** host clusters given up that are worth a commit, so that they do not pile up */
const GIVEN_UP_MAX = 65_536;

/** bytes that are freed in one go before others get their turn */
const PUNCHED_MAX = 1024 * 1024;

/** The parts of an image. */
export interface ImageParts {
  readonly name: string;
  readonly host: HostFile;
  readonly header: Header;
  readonly geometry: Geometry;
  readonly mapping: Mapping;
  /** whether the file is told of host clusters that are free */
  readonly unmap: boolean;
  /** null: read-only */
  readonly changes: { readonly refcounts: Refcounts; readonly metadata: MetadataMap } | null;
}

interface GivenUp {
  /** host cluster */
  readonly cluster: number;
  /** the first user who cannot have seen it any more */
  readonly user: number;
}

export class Qcow2Image {
  readonly name: string;
  readonly host: HostFile;
  readonly header: Header;
  readonly geometry: Geometry;
  readonly mapping: Mapping;
  readonly #changes: MappingChanges | null;
  readonly #unmap: boolean;
  /** given up, and maybe still referred to by the file */
  #givenUp: GivenUp[] = [];
  /** given up, and not referred to by the file any more */
  #unreferred: GivenUp[] = [];
  /** requests under way, the oldest first */
  readonly #users = new Set<number>();
  #nextUser = 0;
  #commit: Promise<void> | null = null;
  #nextCommit: Promise<void> | null = null;
  #broken = false;
  #damage: string | null = null;

  constructor(parts: ImageParts) {
    this.name = parts.name;
    this.host = parts.host;
    this.header = parts.header;
    this.geometry = parts.geometry;
    this.mapping = parts.mapping;
    this.#unmap = parts.unmap;
    const { changes } = parts;
    this.#changes = changes === null ? null : { ...changes, giveUp: this.giveUp };
  }

  get readOnly(): boolean {
    return this.#changes === null;
  }

  /** The first contradiction that a request met; null: none so far */
  get damage(): string | null {
    return this.#damage;
  }

  /** Notes what a request met. */
  met(error: unknown): void {
    if (error instanceof Damage) this.#damage ??= error.message;
  }

  /**
   * What it takes to change the image.
   *
   * @throws Error with the code EPERM if it is read-only, EIO if what is in the file is not known
   */
  get changes(): MappingChanges {
    if (this.#changes === null) throw Object.assign(new Error("read-only"), { code: "EPERM" });
    if (this.#broken) throw Object.assign(new Error("a write-back failed"), { code: "EIO" });
    return this.#changes;
  }

  /** @throws Error as `changes` does */
  requireWritable(): void {
    this.changes;
  }

  /**
   * Refuses to write to, or to give up, what an L2 entry wrongly calls data.
   *
   * @throws Damage
   */
  requireData({ offset, length }: L2Entry): void {
    const { clusterSize } = this.geometry;
    const last = Math.floor((offset + Math.max(1, length) - 1) / clusterSize);
    for (let cluster = Math.floor(offset / clusterSize); cluster <= last; cluster++) {
      const owner = this.changes.metadata.ownerOf(cluster);
      if (owner !== undefined && offset > 0) {
        throw new Damage(`an L2 entry names ${offset} for data, which holds the ${owner}`);
      }
    }
  }

  /** Gives up host clusters in a row. One of those who use a cluster is gone then. */
  readonly giveUp = (offset: number, clusters: number): void => {
    const first = Math.floor(offset / this.geometry.clusterSize);
    for (let cluster = first; cluster < first + clusters; cluster++) {
      this.#givenUp.push({ cluster, user: this.#nextUser });
    }
  };

  /** A request begins. Returns what it ends with. */
  enter(): number {
    this.#users.add(this.#nextUser);
    return this.#nextUser++;
  }

  leave(user: number): void {
    this.#users.delete(user);
    if (this.#unreferred.length > 0) this.#release(this.#turn);
  }

  /** Whether so much waits to be committed that changes should wait for it. */
  get crowded(): boolean {
    if (this.#changes === null) return false;
    const { refcounts } = this.#changes;
    return (
      this.mapping.cache.crowded || refcounts.cache.crowded || this.#givenUp.length >= GIVEN_UP_MAX
    );
  }

  /** Resolves when all that was changed before is stable, the data written before included. */
  commit(): Promise<void> {
    if (this.#commit === null) {
      this.#commit = this.#runCommit().finally(() => {
        this.#commit = null;
      });
      return this.#commit;
    }
    // What was changed since the one under way began is not in it.
    this.#nextCommit ??= this.#commit
      .catch(() => {})
      .then(() => {
        this.#nextCommit = null;
        return this.commit();
      });
    return this.#nextCommit;
  }

  /** The same at once, with nothing under way; then the refcounts of what was given up, too. */
  commitNow(): void {
    const { refcounts } = this.changes;
    do {
      const given = this.#givenUp;
      this.#givenUp = [];
      for (const step of commitSteps(refcounts, this.mapping)) this.host.stepNow(step);
      this.#unreferred = this.#unreferred.concat(given);
      this.#release(Number.POSITIVE_INFINITY);
    } while (refcounts.cache.dirty || this.mapping.cache.dirty || refcounts.tableDirty);
  }

  async #runCommit(): Promise<void> {
    const { refcounts } = this.changes;
    const given = this.#givenUp;
    this.#givenUp = [];
    try {
      for (const step of commitSteps(refcounts, this.mapping)) {
        if (step.kind === "write") await this.host.write(step.offset, [step.bytes]);
        else await this.#sync();
      }
    } catch (error) {
      this.#givenUp = [...given, ...this.#givenUp];
      throw error;
    }
    this.#committed(given);
  }

  async #sync(): Promise<void> {
    try {
      await this.host.sync();
    } catch (error) {
      // The system may have dropped what it could not write, and would say nothing next time.
      this.#broken = true;
      throw error;
    }
  }

  #committed(given: readonly GivenUp[]): void {
    this.#unreferred = this.#unreferred.concat(given);
    this.#release(this.#turn);
  }

  /** host clusters that are released before others get their turn */
  get #turn(): number {
    return this.#unmap
      ? Math.ceil(PUNCHED_MAX / this.geometry.clusterSize)
      : Number.POSITIVE_INFINITY;
  }

  /** Lets others have what was given up before the oldest request under way began. */
  #release(most: number): void {
    const [oldest = Number.POSITIVE_INFINITY] = this.#users;
    const later = this.#unreferred.findIndex(({ user }) => user > oldest);
    const ready = later < 0 ? this.#unreferred.length : later;
    const released = this.#unreferred.splice(0, Math.min(ready, most));
    if (this.#unmap) this.#punch(released);
    for (const { cluster } of released) this.#releaseCluster(cluster);
    if (released.length < ready) setImmediate(() => this.#release(most));
  }

  /** Punches holes where nobody else uses the host clusters: one for all in a row. */
  #punch(released: readonly GivenUp[]): void {
    const { clusterSize } = this.geometry;
    let [start, end] = [0, 0];
    const flush = () => {
      if (end > start) this.host.punchNow(start * clusterSize, (end - start) * clusterSize);
    };
    for (const { cluster } of released) {
      if (!this.#isLastUse(cluster)) continue;
      if (cluster !== end) {
        flush();
        start = cluster;
      }
      end = cluster + 1;
    }
    flush();
  }

  #isLastUse(cluster: number): boolean {
    try {
      return this.#changes?.refcounts.get(cluster) === 1;
    } catch (error) {
      this.met(error);
      return false;
    }
  }

  #releaseCluster(cluster: number): void {
    if (this.#changes === null) return;
    const { refcounts, metadata } = this.#changes;
    const { clusterSize } = this.geometry;
    try {
      refcounts.release(cluster);
      if (refcounts.get(cluster) === 0) metadata.release(cluster * clusterSize, clusterSize);
    } catch (error) {
      this.met(error);
    }
  }
}
