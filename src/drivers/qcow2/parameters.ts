/**
 * The part of a qcow2 node's place in the graph that changes its charts.
 */
export interface Qcow2Parameters {
  /** whether there is a backing file; without one, what is not allocated reads as zeros */
  readonly backing: boolean;
  /**
   * whether writes wait for requests under way on their clusters, and keep others waiting
   * (BDRV_REQ_SERIALISING), as those of a hook into a node that its source lies behind do
   */
  readonly serialised: boolean;
  /** whether a chain that a job works on ends here: behind it is the job's base, or nothing */
  readonly last: boolean;
}

/** Every combination, for the tests that quantify over charts. */
export const EVERY_PARAMETERS: readonly Qcow2Parameters[] = [false, true].flatMap((serialised) => [
  { backing: false, serialised, last: true },
  { backing: true, serialised, last: true },
  { backing: true, serialised, last: false },
]);
