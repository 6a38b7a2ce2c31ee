/**
 * Every error that blockgraph reports on purpose.
 *
 * A user never sees a stack trace: what leaves the program is one line that names the thing,
 * the place and the remedy. The code is stable and may be matched on; the text may improve.
 */

/** Code of an error, with the one-line meaning that documentation and `--json` carry. */
export const ERROR_CODES = {
  "bad-argument": "a command-line argument is missing, unknown or malformed",
  "chart-out-of-bounds": "a transition left the bounds that the chart's schema allows",
  "chart-malformed": "a chart asks for something that the interpreters cannot do",
  "graph-refused": "a graph command was refused; the message is the text that QEMU prints",
  "image-unusable": "an image is missing, of the wrong kind or size, or cannot be opened",
  "log-broken": "a log record is malformed, or its hash chain does not hold",
  "log-version":
    "a log was written by a version of this program, or of a model, that is not this one",
  "log-mismatch": "a log does not fit the model or the images it is replayed against",
  "log-not-enabled": "a log names a step that cannot happen at that point",
  "log-not-for-qemu": "a log has what no QEMU can be made to do, or what is not sent to one",
  deadlock: "requests are left over that nothing can end",
  "request-invalid": "an I/O request is malformed or lies outside the node it is sent to",
  "model-unknown": "no model has that name",
  "program-malformed": "what a model was lowered to contradicts itself; a defect of blockgraph",
  "symmetry-impossible": "a program's symmetries cannot be used; check it without them",
  "checkpoint-unusable": "a checkpoint is incomplete, damaged, or of another search",
  "memory-exhausted": "a search needs more memory than was reserved for it",
  "worker-failed": "a thread of a search ended with an error; a defect of blockgraph",
  "not-built-yet": "a QEMU feature that this version of blockgraph does not have",
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

/** The only class thrown for reasons that a user can do something about. */
export class BlockgraphError extends Error {
  override readonly name = "BlockgraphError";
  readonly code: ErrorCode;

  /**
   * @param code stable code, a key of {@link ERROR_CODES}
   * @param message one line: what is wrong, where, and what would put it right
   * @param options the error behind it, for who explains more than the line says
   */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    // A refusal is an answer, and not how the program got there; to find out takes longer than most
    // commands do.
    const { stackTraceLimit } = Error;
    if (code === "graph-refused") Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
  }
}
