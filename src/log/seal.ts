/** Puts a body into its envelope. Every sink seals alike, so that the same bodies give one log. */
import { BlockgraphError } from "../error.ts";
import { bodyComplaint, isBody } from "./body.ts";
import { LOG_VERSION, type LogBody, type LogRecord } from "./record.ts";

/**
 * @param body is checked: what is sealed can be read again
 * @param seq its position in the log
 * @param prev hash of the line before
 * @param name what to call the log in messages
 * @returns the record; its line is its JSON as JSON.stringify writes it
 * @throws BlockgraphError `log-broken` if the body does not fit the schema
 */
export function seal(body: LogBody, seq: number, prev: string, name: string): LogRecord {
  if (isBody(body)) return { v: LOG_VERSION, seq, prev, ...body };
  throw new BlockgraphError(
    "log-broken",
    `${name}: record ${seq} was not written, it could not be read again: ${bodyComplaint(body)}; ` +
      "correct what appends it",
  );
}
