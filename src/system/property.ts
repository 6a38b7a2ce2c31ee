/**
 * Properties: what must hold, said once, and used by every interpreter.
 *
 * An interpreter observes: a read of the view ended, a guest's flush ended, a disk was released. It
 * does the comparing itself, on bytes or on tags, and reports what came out; a property says which
 * observations it speaks about and which of them break it. A property that never spoke proved
 * nothing, so interpreters count how often each did.
 */
import type { BlockStatus, Operation } from "../vocabulary.ts";

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
      /** whether the view was no longer where the reader looks (see handles.ts) */
      readonly lost: boolean;
    }
  | {
      /** a read of the view ended, all of which reads that ended before it had returned */
      readonly kind: "view-reread";
      readonly through: string;
      readonly succeeded: boolean;
      readonly difference: null;
    }
  | {
      /** a read of what a job has copied, all of it as the job said before the read began */
      readonly kind: "result-read";
      readonly through: string;
      readonly succeeded: boolean;
      /** the first byte that is not the point-in-time image's */
      readonly difference: Difference | null;
    }
  | {
      /** a job said of a piece that it has copied it, or that it could not */
      readonly kind: "job-copy";
      readonly through: string;
      readonly succeeded: boolean;
      /** whether that was because what it reads does not show the piece any more (EACCES) */
      readonly denied: boolean;
      readonly difference: null;
    }
  | {
      /** a job has copied a piece, after it could not copy that or another one */
      readonly kind: "job-resumed";
      readonly through: string;
      readonly difference: null;
    }
  | {
      readonly kind: "guest-read";
      readonly through: string;
      readonly succeeded: boolean;
      /** the first byte that no order of the guest's writes explains */
      readonly difference: Difference | null;
    }
  | {
      /** block-status of the view succeeded */
      readonly kind: "view-status";
      readonly through: string;
      /** what it said of the bytes from its start on; null: nothing of any byte */
      readonly said: BlockStatus | null;
      /** the first byte that it called zero and that is not zero in the point-in-time image */
      readonly difference: Difference | null;
    }
  | {
      /** block-status of a guest's disk succeeded */
      readonly kind: "guest-status";
      readonly through: string;
      /** what it said of the bytes from its start on; null: nothing of any byte */
      readonly said: BlockStatus | null;
      /** the first byte that it called zero, which no order of the guest's writes explains */
      readonly difference: Difference | null;
    }
  | {
      /** a guest's flush succeeded */
      readonly kind: "guest-flush";
      readonly through: string;
      /**
       * the first byte of what a power failure would leave of its disk that no order of the guest's
       * writes explains, all those in effect that ended before the flush began
       */
      readonly difference: Difference | null;
    }
  | {
      /** a guest's discard succeeded, of a disk whose nodes, hooks aside, hand discards on */
      readonly kind: "guest-discard";
      readonly through: string;
      /** whether the disk's image was told of it */
      readonly arrived: boolean;
      readonly difference: null;
    }
  | {
      /** a filter has its point in time, and others have one of other disks */
      readonly kind: "points-taken";
      readonly node: string;
      /** whether it has a write that follows one which an earlier point of another disk lacks */
      readonly torn: boolean;
      readonly difference: null;
    }
  | {
      /** a filter that goes by a bitmap began to be used: this is its point in time */
      readonly kind: "increment";
      readonly node: string;
      /** whether it leaves out something that was written since the bitmap began */
      readonly missed: boolean;
      readonly difference: null;
    }
  | {
      /** a request ended of which an image had refused a call; calls of its tasks do not count */
      readonly kind: "refused";
      readonly through: string;
      readonly operation: Operation;
      readonly succeeded: boolean;
      readonly difference: null;
    }
  | {
      /** a copy-before-write filter was taken out of the graph */
      readonly kind: "hook-removed";
      readonly node: string;
      /** the first byte of the disk that no order of the guest's writes explains */
      readonly difference: Difference | null;
    }
  | {
      /** a mirror was completed: what was its target is the disk from then on */
      readonly kind: "disk-replaced";
      /** the first byte of the target that no order of the guest's writes explains */
      readonly difference: Difference | null;
    }
  | {
      /** a stream or a commit ended, and a disk is shown by fewer layers */
      readonly kind: "chain-shortened";
      /** the first byte of the disk that no order of the guest's writes explains */
      readonly difference: Difference | null;
    }
  | {
      /** an image has taken a write, a hook above which saves elsewhere what it held */
      readonly kind: "overwritten";
      /** the first byte of the point in time that a power failure would not leave in the target */
      readonly difference: Difference | null;
    }
  | {
      /** a node left the graph */
      readonly kind: "node-closed";
      readonly node: string;
      /** whether a chart of the node was still serving a request, or a task of one */
      readonly busy: boolean;
      readonly difference: null;
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
  if (observation.kind === "refused" && observation.succeeded) {
    return `${subject} succeeded although an image refused a call that it made`;
  }
  if (observation.kind === "guest-discard" && !observation.arrived) {
    return `${subject} succeeded, and the disk's image was not told of it`;
  }
  if (observation.kind === "job-copy" && observation.denied) {
    return `${subject} failed: what it reads does not show that any more`;
  }
  if ("said" in observation && observation.said === null) {
    return `${subject} succeeded and said nothing of any byte`;
  }
  if (observation.kind === "node-closed" && observation.busy) {
    return `${subject} was closed while a request was under way in it`;
  }
  if (observation.kind === "increment" && observation.missed) {
    return `${subject} leaves out something that was written since its bitmap began`;
  }
  if (observation.kind === "points-taken" && observation.torn) {
    return `${subject} has a write that follows one which an earlier point in time lacks`;
  }
  if (observation.kind === "view-read" && observation.lost && !observation.succeeded) {
    return `${subject} failed: it leads to no view any more`;
  }
  if (observation.kind === "view-read" && observation.discarded && difference === null) {
    return `${subject} succeeded on an area that was discarded`;
  }
  if (difference === null) return `${subject} is as it must be`;
  const { at, got, expected } = difference;
  return `${subject} has 0x${hex(got)} at byte ${at} where 0x${hex(expected)} belongs`;
}

function subjectOf(observation: Observation): string {
  switch (observation.kind) {
    case "hook-removed":
      return `after node '${observation.node}' was removed, the disk`;
    case "disk-replaced":
      return "after a mirror was completed, its target";
    case "chain-shortened":
      return "after a chain became shorter, the disk";
    case "overwritten":
      return "after a write to the disk, stable storage of the target";
    case "node-closed":
    case "increment":
    case "points-taken":
      return `node '${observation.node}'`;
    case "guest-flush":
      return `after a flush through '${observation.through}', stable storage`;
    case "view-status":
    case "guest-status":
      return `a block-status through '${observation.through}'`;
    case "view-read":
    case "view-reread":
    case "result-read":
    case "guest-read":
      return `a read through '${observation.through}'`;
    case "job-copy":
    case "job-resumed":
      return `a copy of job '${observation.through}'`;
    case "guest-discard":
      return `a discard through '${observation.through}'`;
    case "refused":
      return `a ${observation.operation} through '${observation.through}'`;
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
