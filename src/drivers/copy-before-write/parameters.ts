/**
 * The part of a copy-before-write node's configuration that changes its charts.
 */

export interface CopyBeforeWriteParameters {
  /** what a failed copy breaks: the guest's write, or the view */
  readonly onError: "break-guest-write" | "break-snapshot";
  /** whether copies may time out (`cbw-timeout` is not 0); how long is no chart's business */
  readonly timeout: boolean;
  /** rule C3.2: what a guest write does once the view is broken (see guest-charts.ts) */
  readonly brokenView: "faithful" | "repaired";
  /** rule C11: what a view discard does to reads of the target (see view-charts.ts) */
  readonly viewDiscard: "faithful" | "repaired";
  /** rule C8: where a copied run before one that is not copied is read (see view-charts.ts) */
  readonly mixedRead: "faithful" | "repaired";
  /** whether what was saved is flushed before the guest overwrites the disk (`flush-target`) */
  readonly flushesTarget: boolean;
  /** whether the source forgets what was copied (`discard-source`) */
  readonly discardsSource: boolean;
  /** whether the target compresses what it is written (`compress`) */
  readonly compresses: boolean;
}

const VARIANTS = ["faithful", "repaired"] as const;

const EVERY_UNFLUSHED: readonly CopyBeforeWriteParameters[] = (
  ["break-guest-write", "break-snapshot"] as const
).flatMap((onError) =>
  [false, true].flatMap((timeout) =>
    VARIANTS.flatMap((brokenView) =>
      VARIANTS.flatMap((viewDiscard) =>
        VARIANTS.map((mixedRead) => ({
          ...{ onError, timeout, brokenView, viewDiscard, mixedRead },
          ...{ flushesTarget: false, discardsSource: false, compresses: false },
        })),
      ),
    ),
  ),
);

/**
 * Every combination, for the tests that quantify over charts; whether the target is flushed or
 * compresses, and the source forgets, changes a chart that depends on nothing else.
 */
export const EVERY_PARAMETERS: readonly CopyBeforeWriteParameters[] = [
  ...EVERY_UNFLUSHED,
  ...EVERY_UNFLUSHED.slice(0, 1).flatMap((parameters) => [
    { ...parameters, flushesTarget: true },
    { ...parameters, discardsSource: true },
    { ...parameters, flushesTarget: true, discardsSource: true },
    { ...parameters, compresses: true },
  ]),
];
