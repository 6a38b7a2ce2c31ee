/**
 * Locks on an image by which programs that know nothing of each other keep from disturbing each
 * other: the same bytes of the same file as QEMU locks (block/file-posix.c, `raw_apply_lock_bytes`
 * and `raw_check_lock_bytes`), so that QEMU respects us and we respect QEMU.
 *
 * Byte 100 + n is locked by who requires permission n, byte 200 + n by who does not let others have
 * it. All of these locks are shared ones: they only say what somebody does. Whoever takes one then
 * looks whether somebody else has said the opposite.
 *
 * They are locks of an open file description, not of a process: the file is opened once more for
 * them, and they are gone when that is closed, however the program ends.
 *
 * Limit: where the C library cannot be called there are no locks, and nobody is kept out.
 */
import fs from "node:fs";
import { orRefuse } from "./file-refusal.ts";
import { type ByteLocks, loadLibc } from "./libc.ts";

/** Permissions as sets of bits, in QEMU's order. */
export interface LockBits {
  /** what somebody does */
  readonly required: number;
  /** what somebody does not let others do */
  readonly refused: number;
}

const NOTHING: LockBits = { required: 0, refused: 0 };
const REQUIRED_BASE = 100;
const REFUSED_BASE = 200;
/** QEMU numbers its permissions from 0 to 3, and once had a fifth one */
const BITS = [0, 1, 2, 3, 4];

export class FileLock {
  readonly #fd: number;
  readonly #libc: ByteLocks | null;
  #held = NOTHING;

  /** @throws BlockgraphError `image-unusable` if the file cannot be opened for reading */
  constructor(path: string) {
    this.#libc = loadLibc();
    this.#fd = orRefuse(path, () =>
      fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK),
    );
  }

  get held(): LockBits {
    return this.#held;
  }

  /** Locks exactly that from now on. It never waits, and nobody is kept from doing so. */
  hold(wanted: LockBits): void {
    this.#change(REQUIRED_BASE, this.#held.required, wanted.required);
    this.#change(REFUSED_BASE, this.#held.refused, wanted.refused);
    this.#held = wanted;
  }

  /** What others have locked. */
  others(): LockBits {
    return { required: this.#taken(REQUIRED_BASE), refused: this.#taken(REFUSED_BASE) };
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  #change(base: number, held: number, wanted: number): void {
    for (const bit of BITS) {
      const [before, after] = [(held >> bit) & 1, (wanted >> bit) & 1];
      if (before !== after) this.#libc?.lockByte(this.#fd, base + bit, after === 1);
    }
  }

  #taken(base: number): number {
    return BITS.reduce(
      (bits, bit) => (this.#libc?.isByteLocked(this.#fd, base + bit) ? bits | (1 << bit) : bits),
      0,
    );
  }
}
