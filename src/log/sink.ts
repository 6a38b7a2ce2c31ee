/**
 * Where records go. Simulator and runs append bodies and do not care what becomes of them: a file
 * (writer.ts), memory (memory-log.ts), or whatever a test wants to see.
 */
import type { LogBody, LogRecord } from "./record.ts";

export interface LogSink {
  /**
   * Adds a record to the end of the log.
   *
   * @returns the record as it stands in the log, with its envelope
   * @throws BlockgraphError `log-broken` if the body does not fit the schema: nothing is appended
   */
  append(body: LogBody): LogRecord;
}
