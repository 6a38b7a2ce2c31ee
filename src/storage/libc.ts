/**
 * The system calls that Node does not offer: finding data and holes, punching holes, locks on
 * single bytes of an open file, a second descriptor of what is open, and how much a socket takes.
 *
 * This is the only file that knows koffi, which calls into the C library without a compiler. It is
 * loaded on first use. Where it or the library is not there (another operating system, another C
 * library, an installation without optional parts) there is null instead, and callers do without.
 *
 * Calls are synchronous: one takes 0.6 us, less than handing it to another thread. Errors come back
 * as the kernel returns them, as negative numbers.
 */
import { createRequire } from "node:module";

const SEEK_SET = 0;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;
const F_DUPFD_CLOEXEC = 1030;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const INT_SIZE = 4;
const F_RDLCK = 0;
const F_WRLCK = 1;
const F_UNLCK = 2;
/** `struct flock` with 64-bit offsets: where its parts are, in bytes */
const FLOCK = { size: 32, type: 0, whence: 2, start: 8, length: 16 } as const;

export interface Libc {
  /** Offset of the first byte at or after `offset` that is data, in bytes; or a negative errno. */
  seekData(fd: number, offset: number): number;
  /** Offset of the first byte at or after `offset` that is in a hole; or a negative errno. */
  seekHole(fd: number, offset: number): number;
  /** Frees the range and makes it read as zeros; the file keeps its size. 0 or a negative errno. */
  punchHole(fd: number, offset: number, length: number): number;
}

/** Locks of open files (`F_OFD_SETLK`): they go with the open file, and not with the process. */
export interface ByteLocks {
  /** Takes a shared lock of the open file on one byte, or gives it back. 0 or a negative errno. */
  lockByte(fd: number, offset: number, locked: boolean): number;
  /** Whether another open file has a lock on a byte. */
  isByteLocked(fd: number, offset: number): boolean;
}

export interface Descriptors {
  /** Another descriptor of what one is open on; or a negative errno. */
  duplicate(fd: number): number;
  /**
   * Lets a socket take up to so many bytes that its peer has not fetched, or as many as the system
   * allows. 0 or a negative errno.
   */
  sendBuffer(fd: number, bytes: number): number;
}

type Calls = Libc & ByteLocks & Descriptors;

let loaded: Calls | null | undefined;

/** The C library's calls, or null where they cannot be had. */
export function loadLibc(): Calls | null {
  if (loaded === undefined) {
    try {
      loaded = bind();
    } catch {
      // koffi throws for a missing library or symbol, `require` for a missing koffi.
      loaded = null;
    }
  }
  return loaded;
}

function bind(): Calls {
  const koffi: typeof import("koffi") = createRequire(import.meta.url)("koffi");
  const library = koffi.load("libc.so.6");
  // The names with 64 take 64-bit offsets on 32-bit machines too; `off_t` would not.
  const lseek: (fd: number, offset: number, whence: number) => number = library.func(
    "int64_t lseek64(int fd, int64_t offset, int whence)",
  );
  const fallocate: (fd: number, mode: number, offset: number, length: number) => number =
    library.func("int fallocate64(int fd, int mode, int64_t offset, int64_t length)");
  const fcntl: (fd: number, command: number, type: string, lock: Buffer | number) => number =
    library.func("int fcntl64(int fd, int command, ...)");
  const setsockopt: (
    fd: number,
    level: number,
    name: number,
    value: Buffer,
    size: number,
  ) => number = library.func(
    "int setsockopt(int fd, int level, int name, void *value, uint32_t size)",
  );
  const ofd = (fd: number, command: number, lock: Buffer) => fcntl(fd, command, "void *", lock);
  const orErrno = (result: number) => (result < 0 ? -koffi.errno() : result);
  return {
    duplicate: (fd) => orErrno(fcntl(fd, F_DUPFD_CLOEXEC, "int", 0)),
    sendBuffer: (fd, bytes) =>
      orErrno(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, intValue(bytes), INT_SIZE)),
    seekData: (fd, offset) => orErrno(lseek(fd, offset, SEEK_DATA)),
    seekHole: (fd, offset) => orErrno(lseek(fd, offset, SEEK_HOLE)),
    punchHole: (fd, offset, length) =>
      orErrno(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length)),
    lockByte: (fd, offset, locked) =>
      orErrno(ofd(fd, F_OFD_SETLK, flock(locked ? F_RDLCK : F_UNLCK, offset))),
    isByteLocked(fd, offset) {
      const lock = flock(F_WRLCK, offset);
      return ofd(fd, F_OFD_GETLK, lock) === 0 && lock.readInt16LE(FLOCK.type) !== F_UNLCK;
    },
  };
}

/** What a socket's option is set to. */
function intValue(value: number): Buffer {
  const bytes = Buffer.alloc(INT_SIZE);
  bytes.writeInt32LE(value);
  return bytes;
}

/** One byte from the beginning of a file. The kernel answers in the same structure. */
function flock(type: number, offset: number): Buffer {
  const lock = Buffer.alloc(FLOCK.size);
  lock.writeInt16LE(type, FLOCK.type);
  lock.writeInt16LE(SEEK_SET, FLOCK.whence);
  lock.writeBigInt64LE(BigInt(offset), FLOCK.start);
  lock.writeBigInt64LE(1n, FLOCK.length);
  return lock;
}
