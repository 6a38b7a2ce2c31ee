/**
 * A trace as the player shows it: what the state was at first, and what each step changed.
 *
 * Ten thousand steps are sent to a page, so a step says its differences alone; the state at a step
 * is the first one with all differences up to there (a fold, as of the log itself).
 */
import type { Picture, Tone } from "./picture.ts";

/** A vertical line of the sequence diagram. */
export interface Lane {
  readonly id: string;
  readonly kind: "guest" | "reader" | "job" | "administrator" | "node" | "image";
  readonly title: string;
}

/** An arrow between two lanes, or a note at one. */
export interface Message {
  readonly from: string;
  /** the same as `from`: a note at that lane */
  readonly to: string;
  readonly text: string;
  /** answer: the end of a call or request; failure: an end with an error */
  readonly kind: "call" | "answer" | "failure" | "note";
}

/** One row of squares, one for each cluster. */
export interface ClusterMap {
  readonly id: string;
  /** `hook: what was copied`, `disk.raw: data` */
  readonly title: string;
  /** bytes of a cluster */
  readonly clusterSize: number;
  /** what a square can say; squares name one by its position */
  readonly states: readonly { readonly name: string; readonly mark: string; readonly tone: Tone }[];
  /** for every cluster its state at first */
  readonly cells: readonly number[];
}

/** Something of the state that has a name and a value, in words. */
export interface Change {
  /** `guest write`, `hook cluster 1`, `edge hook-file: write` */
  readonly what: string;
  /** null: it was not there before */
  readonly before: string | null;
  /** null: it is there no more */
  readonly after: string | null;
}

/** A property, and what it says at the beginning. */
export interface JudgedProperty {
  readonly name: string;
  readonly statement: string;
  readonly status: PropertyStatus;
}

export type PropertyStatus = "not judged" | "holds" | "violated";

/** A read that returned something else than it should have. Offsets are bytes of the reader. */
export interface WrongBytes {
  readonly lane: string;
  readonly offset: number;
  readonly length: number;
  /** a map's id, and the clusters of it in which the bytes are */
  readonly map: string | null;
  readonly clusters: readonly number[];
  /** for people: `value 2 of guest`, `the image at the point in time` */
  readonly expected: string;
  readonly found: string;
}

export interface PlayerStep {
  /** position of the log record that it is, counted from 0 */
  readonly record: number;
  /** in one line, for people: `guest writes 64 KiB at 64 KiB` */
  readonly text: string;
  /** the lane that moved */
  readonly lane: string;
  readonly messages: readonly Message[];
  /** the record as it stands in the log; long content is cut short, and says so */
  readonly line: string;
  readonly changes: readonly Change[];
  /** squares that are different now: which map, which cluster, its state now */
  readonly cells: readonly {
    readonly map: string;
    readonly cell: number;
    readonly state: number;
  }[];
  /** properties that are judged differently now: their position, and the part that failed */
  readonly judged: readonly {
    readonly property: number;
    readonly status: PropertyStatus;
    /** which observation failed, in words; empty unless violated */
    readonly why: string;
  }[];
  readonly wrong: WrongBytes | null;
}

/** The block graph at a position of a trace, and what the step that led there had to do with it. */
export interface GraphView {
  /** the graph that the step was asked of; null: there was no step */
  readonly before: Picture | null;
  readonly after: Picture;
  /** what `after` shows: `the graph now`, `what was asked for` */
  readonly caption: string;
  /** the command as QEMU takes it; empty: there was none */
  readonly command: string;
  /** what is to be known of the answer: who said it, and what, a line each */
  readonly told: readonly {
    readonly title: string;
    readonly tone: Tone;
    readonly lines: readonly string[];
  }[];
}

export interface PlayerTrace {
  /** unique on its page; part of links to a step: `#trace/7` */
  readonly id: string;
  readonly title: string;
  /** what a reader should know before the first step: what could not be shown, and why */
  readonly notices: readonly string[];
  readonly lanes: readonly Lane[];
  readonly maps: readonly ClusterMap[];
  /** what is known at first, in the order in which it is shown: names and values */
  readonly facts: readonly { readonly what: string; readonly value: string }[];
  readonly properties: readonly JudgedProperty[];
  readonly steps: readonly PlayerStep[];
  /**
   * For every position a graph, the beginning first: then graphs are what the player shows, and no
   * sequence of messages. Absent: there are none.
   */
  readonly graphs?: readonly GraphView[];
  /** of a lasso: the steps after this many repeat for ever; null: the trace just ends */
  readonly loop: number | null;
}
