/**
 * What is gathered while a model is verified.
 */
import type { LogRecord } from "../../log/record.ts";
import type { Judgement } from "../../report/verdict.ts";
import type { Monitor } from "../../system/monitor.ts";
import type { Violation } from "../../system/property.ts";

/** Something that ends the verification of a model: its log shows it. */
export interface Finding {
  /** a property was broken, or two things that must be equal differ */
  readonly violation: Violation;
  /** how it was found: `simulation, seed 7` */
  readonly found: string;
  readonly records: readonly LogRecord[];
}

/** Adds up what the monitors of many sessions judged. */
export class Evidence {
  readonly #judged = new Map<string, number>();
  readonly #violations = new Map<string, number>();
  requests = 0;
  steps = 0;

  /** @param properties names, so that one that is never judged is counted too */
  constructor(properties: readonly string[]) {
    for (const name of properties) this.#judged.set(name, 0);
  }

  /** Takes what a session found out. */
  add({ judged, violations }: Pick<Monitor, "judged" | "violations">): void {
    for (const [name, times] of judged) add(this.#judged, name, times);
    for (const { property } of violations) add(this.#violations, property, 1);
  }

  get judgements(): Judgement[] {
    return [...this.#judged].map(([name, judged]) => {
      return { name, judged, violations: this.#violations.get(name) ?? 0 };
    });
  }

  /** Properties that nothing was ever said about. */
  get neverJudged(): string[] {
    return [...this.#judged].filter(([, times]) => times === 0).map(([name]) => name);
  }
}

function add(counts: Map<string, number>, name: string, times: number): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}
