/**
 * How a text could go on, as a field offers it.
 */

/** Texts any of which can stand in the place of a part of a condition. */
export interface Completions {
  /** characters of the text: what would be replaced */
  readonly from: number;
  readonly to: number;
  /** the likeliest first */
  readonly options: readonly string[];
}
