/**
 * Is a parsed line the record that belongs at this place of the log, and if not, why not?
 *
 * The two questions are asked apart, because the first is asked a million times a second and the
 * second once.
 */
import { BlockgraphError } from "../error.ts";
import { bodyComplaint, isBody } from "./body.ts";
import { CHAIN_START, type Chain } from "./chain.ts";
import { compileQuick } from "./quick.ts";
import { bodySchema, envelopeSchema, LOG_VERSION, type LogRecord } from "./record.ts";

const quick = compileQuick(bodySchema, Object.keys(envelopeSchema.shape).length);

/**
 * Whether a value is a whole record and continues the log.
 *
 * @param value as parsed from a line
 * @param seq position that the record must have
 * @param chain ends at the line before
 */
export function isRecord(value: unknown, seq: number, chain: Chain): value is LogRecord {
  return (
    isObject(value) &&
    value.v === LOG_VERSION &&
    value.seq === seq &&
    typeof value.prev === "string" &&
    chain.holds(value.prev) &&
    (quick(value) || isBody(bodyOf(value)))
  );
}

/**
 * The error for a value that {@link isRecord} refuses.
 *
 * @param value undefined if the line was no JSON at all
 * @param place the log's name, and the byte offset of the line in it
 */
export function brokenRecord(
  value: unknown,
  seq: number,
  chain: Chain,
  place: { name: string; offset: number },
): BlockgraphError {
  const where = `${place.name}: record ${seq} at byte ${place.offset}`;
  if (isObject(value) && value.v !== undefined && value.v !== LOG_VERSION) {
    return new BlockgraphError(
      "log-version",
      `${where} has format version ${JSON.stringify(value.v)}, expected ${LOG_VERSION}; ` +
        "read it with the version of blockgraph that wrote it",
    );
  }
  return new BlockgraphError(
    "log-broken",
    `${where}: ${complaint(value, seq, chain)}; restore the log from an undamaged copy, ` +
      `or keep the ${seq} records before it: head -c ${place.offset}`,
  );
}

function complaint(value: unknown, seq: number, chain: Chain): string {
  if (value === undefined) return "the line is not JSON in UTF-8";
  if (!isObject(value)) return "the line is not a JSON object";
  if (value.v === undefined) return `v is missing, expected ${LOG_VERSION}`;
  if (value.seq !== seq) return `seq is ${show(value.seq)}, expected ${seq}`;
  if (typeof value.prev !== "string" || !chain.holds(value.prev)) {
    const expected = seq === 0 ? `${CHAIN_START} (nothing comes before it)` : chain.end;
    const what = seq === 0 ? "" : ": this record or the one before it was changed";
    return `prev is ${show(value.prev)}, expected ${expected}${what}`;
  }
  return bodyComplaint(bodyOf(value));
}

function show(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bodyOf(record: Record<string, unknown>): Record<string, unknown> {
  const { v: _v, seq: _seq, prev: _prev, ...body } = record;
  return body;
}
