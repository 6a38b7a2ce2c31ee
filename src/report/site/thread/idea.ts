/**
 * What is told of an idea of the thread: what it was, what QEMU made of it, what is here.
 *
 * "The thread" is the one of August 2018 on node-graph-based fleecing and backup: a proposal with a
 * patch (v2, 14 August), and an answer (17 August). Ideas are told in our own words.
 */

/** Something that QEMU did later. */
export interface Later {
  /** the first version that has it; null: none has, by the version that was looked at (10.2) */
  readonly version: string | null;
  /** of QEMU's repository; absent: more than one, or not looked up */
  readonly commit?: string;
  readonly text: string;
}

export interface Idea {
  /** part of links: `thread#cache` */
  readonly anchor: string;
  readonly title: string;
  /** where it stands: in the proposal, in the answer to it, or in comments of the patch */
  readonly from: "proposal" | "answer" | "patch";
  /** what was proposed, or objected */
  readonly told: string;
  readonly later: readonly Later[];
  /** what this project makes of it, and what is left */
  readonly here: string;
  /** names of the models that formalise it */
  readonly models: readonly string[];
  /** ids of defects of QEMU that it led to; absent: none */
  readonly defects?: readonly string[];
}
