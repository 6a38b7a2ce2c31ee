/**
 * How fast a job may copy: so many bytes a second, and not at once again after an error (QEMU
 * job.c and util/qemu-ratelimit; a part goes out whole, and is paid for afterwards).
 */

/** ms before what failed is tried again */
const RETRY = 100;

export class JobPace {
  /** bytes a second; 0: as many as it can */
  speed: number;
  /** when the last part went out, in ms as `performance.now`, and its bytes */
  #sent = { since: 0, bytes: 0 };
  /** when it may go on after an error */
  #retry = 0;

  constructor(speed: number) {
    this.speed = speed;
  }

  /** ms until it may go on; not positive: it may */
  get wait(): number {
    const { since, bytes } = this.#sent;
    const paid = this.speed === 0 ? 0 : since + (bytes / this.speed) * 1000;
    return Math.max(paid, this.#retry) - performance.now();
  }

  sent(bytes: number): void {
    this.#sent = { since: performance.now(), bytes };
  }

  failed(): void {
    this.#retry = performance.now() + RETRY;
  }
}
