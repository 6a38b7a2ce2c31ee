/**
 * What QEMUs answered to the scripts of models/rewiring: recorded once, compared in every run of
 * the tests, and shown beside what the rules say.
 */
import { BlockgraphError } from "../../../error.ts";
import { parseRecorded, type RecordedSequence } from "../../../qemu/recorded.ts";
import type { Recording } from "../../rewiring/recorded-answer.ts";

/** Versions, and the file of each beside the scripts. */
export const RECORDED: ReadonlyMap<string, string> = new Map([
  ["7.2.22", "models/rewiring/recorded-by-qemu-7.2.json"],
  ["10.0.2", "models/rewiring/recorded-by-qemu-10.0.json"],
]);

/** By the name of a script; a file that is not there, or is damaged, has nothing to say. */
export function recordingsOf(
  source: (path: string) => string | null,
): ReadonlyMap<string, readonly Recording[]> {
  const known = new Map<string, Recording[]>();
  for (const [version, path] of RECORDED) {
    const text = source(path);
    if (text === null) continue;
    for (const sequence of sequencesIn(text, path)) {
      const [name = ""] = sequence.name.split(":");
      known.set(name, [...(known.get(name) ?? []), { version, sequence }]);
    }
  }
  return known;
}

function sequencesIn(text: string, path: string): RecordedSequence[] {
  try {
    return parseRecorded(Buffer.from(text), path);
  } catch (error) {
    if (!(error instanceof BlockgraphError) || error.code !== "log-broken") throw error;
    return [];
  }
}
