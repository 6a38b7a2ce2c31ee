/**
 * A medium that does nothing until it is told to, so that a test sees what a queue issues and
 * decides in which order it ends.
 */
import type { Batch } from "../../src/storage/batch.ts";
import type { Medium } from "../../src/storage/medium.ts";
import { extent } from "../../src/storage/outcome.ts";
import type { StorageOutcome } from "../../src/storage/storage.ts";
import type { Errno } from "../../src/vocabulary.ts";

export class HeldMedium implements Medium {
  /** one line for each operation issued: what, where, how much, of how many requests */
  readonly issued: string[] = [];
  /** the operations that have not ended */
  readonly held: Batch[] = [];
  /** what is answered about block status */
  status: (offset: number, length: number) => StorageOutcome = (_, length) =>
    extent("data", length);

  start(batch: Batch): void {
    const { operation, offset, length, requests } = batch;
    this.issued.push(`${operation} ${offset}+${length} of ${requests.length}`);
    this.held.push(batch);
  }

  blockStatus(offset: number, length: number): StorageOutcome {
    this.issued.push(`block-status ${offset}+${length}`);
    return this.status(offset, length);
  }

  /** Ends the operation that stands at `index` among those held. */
  end(index = 0, errno: Errno | null = null): void {
    const [batch] = this.held.splice(index, 1);
    if (batch === undefined) throw new Error(`no operation ${index} is held`);
    batch.settle(errno);
  }
}
