/**
 * The numbers of the NBD protocol, by the names of its specification without their prefix: what
 * doc/proto.md of the NetworkBlockDevice project calls `NBD_OPT_GO` is `OPTION.GO` here.
 *
 * All of them travel as big-endian.
 */

/** What messages begin with. */
export const MAGIC = {
  /** "NBDMAGIC": the first 8 bytes that a server sends */
  GREETING: 0x4e42444d41474943n,
  /** "IHAVEOPT": the next 8, and the first 8 of every option */
  OPTION: 0x49484156454f5054n,
  OPTION_REPLY: 0x3e889045565a9n,
  REQUEST: 0x25609513,
  EXTENDED_REQUEST: 0x21e41c71,
  SIMPLE_REPLY: 0x67446698,
  STRUCTURED_REPLY: 0x668e33ef,
  EXTENDED_REPLY: 0x6e8a278c,
} as const;

/** Bits of the handshake flags, a server's (16 bits) and a client's (32 bits) alike. */
export const HANDSHAKE_FLAG = { FIXED_NEWSTYLE: 1, NO_ZEROES: 2 } as const;

/** What a client may ask for before requests. */
export const OPTION = {
  EXPORT_NAME: 1,
  ABORT: 2,
  LIST: 3,
  STARTTLS: 5,
  INFO: 6,
  GO: 7,
  STRUCTURED_REPLY: 8,
  LIST_META_CONTEXT: 9,
  SET_META_CONTEXT: 10,
  EXTENDED_HEADERS: 11,
} as const;

/** Types of replies to options; errors have bit 31. */
export const OPTION_REPLY = {
  ACK: 1,
  SERVER: 2,
  INFO: 3,
  META_CONTEXT: 4,
  ERR_UNSUP: 0x8000_0001,
  ERR_POLICY: 0x8000_0002,
  ERR_INVALID: 0x8000_0003,
  ERR_TLS_REQD: 0x8000_0005,
  ERR_UNKNOWN: 0x8000_0006,
  ERR_BLOCK_SIZE_REQD: 0x8000_0008,
  ERR_TOO_BIG: 0x8000_0009,
  ERR_EXT_HEADER_REQD: 0x8000_000a,
} as const;
export type OptionReply = (typeof OPTION_REPLY)[keyof typeof OPTION_REPLY];

/** Kinds of information about an export. */
export const INFO = { EXPORT: 0, NAME: 1, DESCRIPTION: 2, BLOCK_SIZE: 3 } as const;

/** Bits that say what a client may do with an export (16 bits). */
export const TRANSMISSION_FLAG = {
  HAS_FLAGS: 1 << 0,
  READ_ONLY: 1 << 1,
  SEND_FLUSH: 1 << 2,
  SEND_FUA: 1 << 3,
  SEND_TRIM: 1 << 5,
  SEND_WRITE_ZEROES: 1 << 6,
  SEND_DF: 1 << 7,
  CAN_MULTI_CONN: 1 << 8,
  SEND_CACHE: 1 << 10,
  SEND_FAST_ZERO: 1 << 11,
  BLOCK_STATUS_PAYLOAD: 1 << 12,
} as const;

/** Types of requests. */
export const COMMAND = {
  READ: 0,
  WRITE: 1,
  DISC: 2,
  FLUSH: 3,
  TRIM: 4,
  CACHE: 5,
  WRITE_ZEROES: 6,
  BLOCK_STATUS: 7,
} as const;

/** Bits of a request's flags (16 bits). */
export const COMMAND_FLAG = {
  FUA: 1 << 0,
  NO_HOLE: 1 << 1,
  DF: 1 << 2,
  REQ_ONE: 1 << 3,
  FAST_ZERO: 1 << 4,
  PAYLOAD_LEN: 1 << 5,
} as const;

/** The bit that says that a chunk is the last one of its reply. */
export const REPLY_DONE = 1;

/** Types of chunks; errors have bit 15. */
export const CHUNK = {
  NONE: 0,
  OFFSET_DATA: 1,
  BLOCK_STATUS: 5,
  BLOCK_STATUS_EXT: 6,
  ERROR: 0x8001,
} as const;

/** Errors as replies to requests number them. */
export const WIRE_ERROR = {
  EPERM: 1,
  EIO: 5,
  EINVAL: 22,
  ENOSPC: 28,
  EOVERFLOW: 75,
  ENOTSUP: 95,
} as const;
export type WireError = keyof typeof WIRE_ERROR;

/** Bytes that a string of the protocol may have at most. */
export const STRING_MAX = 4096;

/** Bytes: the longest payload that any client may count on, and that this server takes. */
export const PAYLOAD_MAX = 32 * 1024 * 1024;

/** What follows a request in either direction, and what headers there are. */
export type HeaderStyle = "simple" | "structured" | "extended";
