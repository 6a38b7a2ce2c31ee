/**
 * The queue between requests and a medium: it keeps the order that storage.ts promises and merges
 * what lies end to end.
 *
 * **Order.** At `submit` a request counts its *blockers*: the requests submitted before it and not
 * done yet that have a byte in common with it, one of the two changing it. Each of those, when
 * done, takes one off. A request is *ready* when a kick has covered it and no blocker is left; no
 * lock is held and nobody searches for what might have become possible. A `flush` is blocked by
 * every change submitted before it, and blocks nobody: when it is done, every change submitted
 * before it is on stable storage. (POSIX and QEMU promise that only for changes that were done
 * before the flush was submitted; a caller that relies on no more than that loses nothing.)
 *
 * **Merging.** Ready requests stand in one lane for each operation. Issuing a lane sorts it by
 * offset, where it is not sorted already, and cuts it into batches. One long batch would keep one
 * thread busy and all others idle, so a medium at rest gets its work in two parts; a busy one gets
 * batches as long as they come. If a batch fails, or moves less
 * than it should, its requests are issued again one by one, so that each has the outcome it would
 * have had alone; repeating those that had succeeded is harmless, as nothing else can have touched
 * their ranges in between.
 *
 * **Re-entry.** A `done` may submit and kick. While requests are being finished or issued, a kick
 * only marks requests as ready; the loop further up the stack issues them.
 */
import type { Errno, StorageOperation } from "../vocabulary.ts";
import { BATCH_LENGTH_MAX, Batch } from "./batch.ts";
import type { Medium } from "./medium.ts";
import { extent, failed, SUCCESS } from "./outcome.ts";
import { Pending } from "./pending.ts";
import { RangeTable } from "./range-table.ts";
import { ReadyLane } from "./ready-lane.ts";
import type { StorageOutcome, StorageRequest } from "./storage.ts";

/** batches that a medium is given to do at the same time before they are merged to the utmost */
const PARALLEL = 2;
/** bytes; cutting smaller than this costs more than a second thread brings */
const SHORTEST_PART = 256 * 1024;

export class RequestQueue {
  readonly #medium: Medium;
  readonly #changing = new RangeTable();
  readonly #observing = new RangeTable();
  readonly #lanes: Readonly<Record<StorageOperation, ReadyLane>> = {
    read: new ReadyLane(),
    write: new ReadyLane(),
    "write-zeroes": new ReadyLane(),
    discard: new ReadyLane(),
    flush: new ReadyLane(),
    "block-status": new ReadyLane(),
  };
  readonly #allLanes = Object.values(this.#lanes);
  readonly #queued: Pending[] = [];
  readonly #blocked: Pending[] = [];
  readonly #settled = (batch: Batch, errno: Errno | null) => this.#finishBatch(batch, errno);
  #sequence = 0;
  /** batches given to the medium and not settled */
  #started = 0;
  #outstanding = 0;
  /** requests in the lanes */
  #ready = 0;
  /** whether a loop further up the stack will issue what becomes ready */
  #busy = false;

  constructor(medium: Medium) {
    this.#medium = medium;
  }

  /** requests submitted and not done */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Takes a request in. It must lie within the image. Never calls back. */
  submit(request: StorageRequest): void {
    const pending = new Pending(request, this.#sequence++);
    const { start, end, changing } = pending;
    let blockers = this.#changing.overlaps(start, end);
    if (changing) blockers += this.#observing.overlaps(start, end);
    // What is in no table blocks nobody: a flush, and a request of no bytes.
    if (request.length > 0) (changing ? this.#changing : this.#observing).add(pending);
    if (blockers > 0) {
      pending.blockers = blockers;
      this.#blocked.push(pending);
    }
    this.#queued.push(pending);
    this.#outstanding++;
  }

  /** Issues what was submitted and has no blocker; the rest follows by itself when it has none. */
  kick(): void {
    for (const pending of this.#queued) {
      pending.kicked = true;
      if (pending.blockers === 0) this.#makeReady(pending);
    }
    this.#queued.length = 0;
    if (this.#busy) return;
    this.#busy = true;
    this.#issueReady();
    this.#busy = false;
  }

  #makeReady(pending: Pending): void {
    this.#lanes[pending.request.operation].push(pending);
    this.#ready++;
  }

  #issueReady(): void {
    while (this.#ready > 0) {
      for (const lane of this.#allLanes) {
        if (lane.length > 0) this.#issueLane(lane);
      }
    }
  }

  #issueLane(lane: ReadyLane): void {
    const ready = lane.take();
    this.#ready -= ready.length;
    const longest = this.#longestBatch(ready);
    let batch: Batch | null = null;
    for (const pending of ready) {
      const { operation, length } = pending.request;
      if (length === 0 && operation !== "flush") {
        this.#finish(pending, operation === "block-status" ? extent("data", 0) : SUCCESS);
      } else if (batch === null || !batch.extend(pending, longest)) {
        if (batch !== null) this.#issue(batch);
        batch = new Batch(pending, this.#settled);
      }
    }
    if (batch !== null) this.#issue(batch);
    lane.giveBack(ready);
  }

  /** bytes that a batch may have, given what is to be issued and what is under way */
  #longestBatch(ready: readonly Pending[]): number {
    const idle = PARALLEL - this.#started;
    if (idle <= 0) return BATCH_LENGTH_MAX;
    let total = 0;
    for (const { request } of ready) total += request.length;
    return Math.min(BATCH_LENGTH_MAX, Math.max(SHORTEST_PART, Math.ceil(total / idle)));
  }

  #issue(batch: Batch): void {
    if (batch.operation === "block-status") this.#answer(batch);
    else this.#start(batch);
  }

  #start(batch: Batch): void {
    this.#started++;
    this.#medium.start(batch);
  }

  /** Serves a batch of block-status: one query for each extent, cut to the requests. */
  #answer(batch: Batch): void {
    const end = batch.offset + batch.length;
    let from = 0;
    let known: StorageOutcome = SUCCESS;
    for (const pending of batch.requests) {
      const { offset, length } = pending.request;
      if (offset >= from + known.bytes) {
        from = offset;
        known = this.#medium.blockStatus(offset, end - offset);
        if (known.errno !== null) known = this.#medium.blockStatus(offset, length);
      }
      const { errno, status, bytes } = known;
      const left = Math.min(length, from + bytes - offset);
      this.#finish(pending, status === null ? failed(errno ?? "EIO") : extent(status, left));
    }
  }

  #finishBatch(batch: Batch, errno: Errno | null): void {
    const outermost = !this.#busy;
    this.#busy = true;
    this.#started--;
    if (errno !== null && batch.requests.length > 1) {
      for (const pending of batch.requests) {
        this.#start(new Batch(pending, this.#settled));
      }
    } else {
      const outcome = errno === null ? SUCCESS : failed(errno);
      for (const pending of batch.requests) this.#finish(pending, outcome);
    }
    if (outermost) {
      this.#issueReady();
      this.#busy = false;
    }
  }

  /**
   * Ends one request. Its range is given free before `done` is called, which spares a follow-up to
   * the same range the wait; being busy, we issue neither that nor the released before it returns.
   */
  #finish(pending: Pending, outcome: StorageOutcome): void {
    this.#outstanding--;
    if (pending.slot >= 0) {
      if (pending.changing) this.#changing.remove(pending);
      else this.#observing.remove(pending);
      if (this.#blocked.length > 0) this.#release(pending);
    }
    pending.request.done(outcome);
  }

  #release(done: Pending): void {
    const blocked = this.#blocked;
    let kept = 0;
    for (const pending of blocked) {
      const freed =
        pending.sequence > done.sequence && pending.waitsFor(done) && --pending.blockers === 0;
      if (!freed) blocked[kept++] = pending;
      else if (pending.kicked) this.#makeReady(pending);
    }
    blocked.length = kept;
  }
}
