/**
 * Where the same log must give the same state on any machine, nothing may ask a clock, roll a die,
 * or wait for the event loop. Time, chance and order are events of the log there.
 */
import { codeOf, type Finding, findAll } from "./source-text.ts";
import type { SourceFile } from "./tree.ts";

/** Folders whose code is a function of its input. */
const WITHOUT_CLOCK = [
  "src/chart/",
  "src/graph/",
  "src/log/",
  "src/drivers/",
  "src/jobs/",
  "src/system/",
  "src/simulate/",
  "src/check/",
];

/** Of these, the folders that also finish within the call that started them. */
const WITHOUT_WAITING = WITHOUT_CLOCK.filter(
  (folder) => folder !== "src/log/" && folder !== "src/check/",
);

const CLOCK_OR_CHANCE = /\b(Date|performance|hrtime|Math\s*\.\s*random)\b/g;
const WAITING = /\b(setTimeout|setInterval|setImmediate|queueMicrotask|Promise|async|await)\b/g;

/** Clocks, chance and waiting in the code of a file that must be deterministic. */
export function determinismFindings({ path, text }: SourceFile): Finding[] {
  const within = (folders: readonly string[]) => folders.some((folder) => path.startsWith(folder));
  if (!within(WITHOUT_CLOCK)) return [];
  const code = codeOf(text);
  const findings = findAll(code, CLOCK_OR_CHANCE, "a clock or chance in deterministic code");
  if (!within(WITHOUT_WAITING)) return findings;
  return [...findings, ...findAll(code, WAITING, "waiting in code that must finish at once")];
}
