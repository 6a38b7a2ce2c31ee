/**
 * Counts what goes into a log, and numbers the records where none is kept.
 */
import { CHAIN_START } from "../log/chain.ts";
import { LOG_VERSION, type LogBody, type LogRecord } from "../log/record.ts";
import type { LogSink } from "../log/sink.ts";

export class CountingLog implements LogSink {
  records = 0;
  requests = 0;
  steps = 0;
  readonly #into: LogSink | null;

  /** @param into where the records go; null: nowhere */
  constructor(into: LogSink | null) {
    this.#into = into;
  }

  append(body: LogBody): LogRecord {
    const seq = this.records;
    const record = this.#into?.append(body) ?? { v: LOG_VERSION, seq, prev: CHAIN_START, ...body };
    this.records += 1;
    if (body.kind === "io") this.requests += 1;
    if (body.kind === "step" || body.kind === "fault") this.steps += 1;
    return record;
  }
}
