/**
 * Steps of which nothing is known but what stands in the log.
 */
import type { LogRecord } from "../../log/record.ts";
import type { PlayerStep } from "../site/player-trace.ts";
import { ADMINISTRATOR } from "./lanes.ts";
import { cutLine, recordLine, recordText } from "./record-text.ts";

const UNKNOWN = { request: null, agent: null, call: null, command: null, value: null };
const NOTHING = { messages: [], changes: [], cells: [], judged: [], wrong: null };

/** A record without a state. */
export function plainStep(record: LogRecord): PlayerStep {
  const text = recordText(record, UNKNOWN);
  return { record: record.seq, text, lane: ADMINISTRATOR.id, line: recordLine(record), ...NOTHING };
}

/** A line that is no record. */
export function plainLine(line: string, record: number): PlayerStep {
  const text = "a line that this version cannot read";
  return { record, text, lane: ADMINISTRATOR.id, line: cutLine(line), ...NOTHING };
}
