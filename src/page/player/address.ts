/**
 * Links to a step: `#TRACE/STEP`, the part of an address that a reader can copy and send.
 */

/** A trace of the page and a position in it; position n is what is true after n steps. */
export interface StepAddress {
  readonly trace: string;
  readonly position: number;
}

/** `#fleecing/7`; the trace's id may hold anything. */
export function stepHash({ trace, position }: StepAddress): string {
  return `#${encodeURIComponent(trace)}/${position}`;
}

/** What a link means; `#TRACE` alone is its beginning. Null: it has another form. */
export function readStepHash(hash: string): StepAddress | null {
  const parts = /^#([^/]+)(?:\/(\d{1,9}))?$/.exec(hash);
  if (parts === null) return null;
  try {
    return { trace: decodeURIComponent(parts[1] ?? ""), position: Number(parts[2] ?? 0) };
  } catch {
    return null;
  }
}
