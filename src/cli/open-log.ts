/**
 * Logs that users name: read, checked against the model that they name, and taken apart.
 */
import { MODELS } from "../../models/index.ts";
import { BlockgraphError } from "../error.ts";
import { readLog } from "../log/reader.ts";
import type { LogBody, LogRecord } from "../log/record.ts";
import type { Torn } from "../log/scan.ts";
import type { Model } from "../system/model.ts";
import { modelDigest, type StartBody } from "../system/start.ts";
import { warn } from "./terminal.ts";

/** A log that can be replayed. */
export interface OpenedLog {
  readonly start: StartBody;
  /** all records, the start record included */
  readonly records: readonly LogRecord[];
  /** undefined: the log names a model that this program does not have */
  readonly model: Model | undefined;
}

/** A model that this program does not have under that digest, and somebody has; else undefined. */
export type OtherModels = (digest: string) => Model | undefined;

/**
 * Reads a log; a torn last line is reported and left out.
 * @param others asked first: a model that was edited has the name of the one that it was made of
 * @throws BlockgraphError `log-broken`, `log-version`, `log-mismatch`, `bad-argument`
 */
export function openLog(path: string, others: OtherModels = () => undefined): OpenedLog {
  const { records, torn } = readLog(path);
  if (torn !== null) warnTorn(path, torn);
  const [first] = records;
  if (first?.kind !== "start") {
    const found = first === undefined ? "is empty" : `begins with a record of kind ${first.kind}`;
    throw new BlockgraphError(
      "log-broken",
      `${path} ${found}, and no start record says what it is about; name a whole log`,
    );
  }
  const { v: _v, seq: _seq, prev: _prev, ...start } = first;
  return { start, records, model: others(start.digest) ?? modelOf(start, path) };
}

/**
 * The model that a start record names; undefined if there is none of that name.
 * @throws BlockgraphError `log-mismatch` if the model is not what it was
 */
export function modelOf(start: StartBody, path: string): Model | undefined {
  const model = MODELS.get(start.model);
  if (model === undefined || modelDigest(model) === start.digest) return model;
  throw new BlockgraphError(
    "log-mismatch",
    `${path} is a log of another model '${start.model}' (digest ${start.digest}, here it is ` +
      `${modelDigest(model)}); use the version of blockgraph that wrote it, or make the log anew`,
  );
}

/** Says what a killed writer left behind. */
export function warnTorn(path: string, torn: Torn): void {
  warn(
    `blockgraph: ${path}: the last line is torn (record ${torn.seq} at byte ${torn.offset}, ` +
      `${torn.bytes} bytes of it); it is left out`,
  );
}

/** The records up to and including number `at`. */
export function upTo(records: readonly LogRecord[], at: number | undefined): readonly LogRecord[] {
  if (at === undefined) return records;
  if (at < records.length) return records.slice(0, at + 1);
  throw new BlockgraphError(
    "bad-argument",
    `there is no record ${at}: the log ends with record ${records.length - 1}`,
  );
}

/** A record without its envelope. */
export function bodyOf(record: LogRecord): LogBody {
  const { v: _v, seq: _seq, prev: _prev, ...body } = record;
  return body;
}
