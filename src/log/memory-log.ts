/** A log in memory: record for record, and byte for byte, the one that a file would hold. */
import { Chain } from "./chain.ts";
import type { LogBody, LogRecord } from "./record.ts";
import { seal } from "./seal.ts";
import type { LogSink } from "./sink.ts";

export class MemoryLog implements LogSink {
  readonly #chain = new Chain();
  readonly #records: LogRecord[] = [];

  /** Everything appended so far. */
  get records(): readonly LogRecord[] {
    return this.#records;
  }

  append(body: LogBody): LogRecord {
    const record = seal(body, this.#records.length, this.#chain.end, "log in memory");
    this.#chain.advance(Buffer.from(JSON.stringify(record)));
    this.#records.push(record);
    return record;
  }

  /** The log as a file's text: one line a record, each with its newline. */
  text(): string {
    return this.#records.map((record) => `${JSON.stringify(record)}\n`).join("");
  }
}
