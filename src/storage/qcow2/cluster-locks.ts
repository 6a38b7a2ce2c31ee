/**
 * Guest clusters that a write is giving a new host cluster; who comes later has to wait.
 */
export class ClusterLocks {
  readonly #locked = new Map<number, Promise<void>>();

  /** What to wait for before any of these clusters may be looked at; null: nothing. */
  waitFor(first: number, count: number): Promise<void> | null {
    if (this.#locked.size === 0) return null;
    for (let cluster = first; cluster < first + count; cluster++) {
      const busy = this.#locked.get(cluster);
      if (busy !== undefined) return busy;
    }
    return null;
  }

  /** Locks clusters that are not locked. Returns what unlocks them. */
  lock(clusters: readonly number[]): () => void {
    let unlocked = () => {};
    const busy = new Promise<void>((resolve) => {
      unlocked = resolve;
    });
    for (const cluster of clusters) this.#locked.set(cluster, busy);
    return () => {
      for (const cluster of clusters) this.#locked.delete(cluster);
      unlocked();
    };
  }
}
