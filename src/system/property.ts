/**
 * Properties: what must hold, said once, and used by every interpreter.
 *
 * An interpreter observes: a read of the view ended, a guest's read ended, a disk was released. It
 * does the comparing itself, on bytes or on tags, and reports what came out; a property says which
 * observations it speaks about and which of them break it. A property that never spoke proved
 * nothing, so interpreters count how often each did.
 */

/** Where something differs from what it must be. Positions are bytes. */
export interface Difference {
  readonly at: number;
  readonly got: number;
  readonly expected: number;
}

export type Observation =
  | {
      readonly kind: "view-read";
      readonly through: string;
      readonly succeeded: boolean;
      /** the first byte that is not the point-in-time image's */
      readonly difference: Difference | null;
      /** whether it touched an area that had been discarded through the view before it began */
      readonly discarded: boolean;
    }
  | {
      readonly kind: "guest-read";
      readonly through: string;
      readonly succeeded: boolean;
      /** the first byte that no order of the guest's writes explains */
      readonly difference: Difference | null;
    }
  | {
      /** block-status of the view said that something is zero */
      readonly kind: "view-status";
      readonly through: string;
      /** the first byte there that is not zero in the point-in-time image */
      readonly difference: Difference | null;
    }
  | {
      /** a copy-before-write filter was taken out of the graph */
      readonly kind: "hook-removed";
      readonly node: string;
      /** the first byte of the disk that no order of the guest's writes explains */
      readonly difference: Difference | null;
    };

export interface Property {
  /** `view-equals-point-in-time` */
  readonly name: string;
  /** one sentence */
  readonly statement: string;
  /**
   * always (the default): no observation breaks it. sometimes: it speaks about some observation; a
   * search of all behaviours that finds none has shown that the model is vacuous.
   */
  readonly promise?: "always" | "sometimes";
  /** whether the property speaks about the observation */
  applies(observation: Observation): boolean;
  /** whether an observation that it speaks about breaks it */
  violated(observation: Observation): boolean;
}

/** A property that was broken, and by what. */
export interface Violation {
  readonly property: string;
  /** one line for people */
  readonly text: string;
  /** number of the log record at which it was observed */
  readonly seq: number;
}

/** An observation in one line. */
export function describeObservation(observation: Observation): string {
  const subject = subjectOf(observation);
  const { difference } = observation;
  if (observation.kind === "view-read" && observation.discarded && difference === null) {
    return `${subject} succeeded on an area that was discarded`;
  }
  if (difference === null) return `${subject} is as it must be`;
  const { at, got, expected } = difference;
  return `${subject} has 0x${hex(got)} at byte ${at} where 0x${hex(expected)} belongs`;
}

function subjectOf(observation: Observation): string {
  if (observation.kind === "hook-removed") {
    return `after node '${observation.node}' was removed, the disk`;
  }
  const request = observation.kind === "view-status" ? "block-status" : "read";
  return `a ${request} through '${observation.through}'`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
