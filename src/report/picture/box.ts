/**
 * What a diagram is made of.
 */

/** What is written into a box; `id` is not shown. */
export interface Box {
  readonly id: string;
  readonly lines: readonly string[];
}

/** Leads from the bottom of one box to the top of a lower one. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** written beside the arrow where it begins; may be empty */
  readonly label: string;
}
