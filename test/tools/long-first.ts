/**
 * The order of the test files: the longest first, so that all cores end at about the same time.
 *
 * A file that takes a minute must not be the last to begin, while another core has nothing left.
 * Vitest knows from an earlier run how long a file takes; a fresh clone has had none, and there the
 * larger file comes first, which says little: a few lines may search a million states. Hence the
 * list. A file that is missing in it costs some seconds of waiting, and nothing else.
 */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, in descending order. Paths are relative to the test folder. */
export const LONGEST: readonly string[] = [
  "check/model-mutants.test.ts",
  "report/site/conformance/defects.test.ts",
  "readme/readme.test.ts",
  "check/lower/lockstep.test.ts",
  "conformance/long-runs.test.ts",
  "cli/commands.test.ts",
  "cli/mutants.test.ts",
  "cli/help.test.ts",
  "cli/check-checkpoint.test.ts",
  "check/model-counts.test.ts",
  "cli/check.test.ts",
  "page/page.test.ts",
  "cli/replay-trace.test.ts",
  "conformance/random-requests.test.ts",
  "cli/bad-input.test.ts",
  "conformance/peers.test.ts",
  "conformance/qemu-agreement.test.ts",
  "conformance/spin.test.ts",
  "properties/random-designs.test.ts",
  "simulate/models.test.ts",
  "check/lower/symmetries.test.ts",
  "conformance/image-fleecing.test.ts",
  "cli/promote.test.ts",
  "check/generic-mutants.test.ts",
  "conformance/permissions.test.ts",
  "cli/check/walks.test.ts",
  "cli/replay-on-qemu.test.ts",
  "conformance/replay-on-qemu.test.ts",
  "check/search/checkpoint.test.ts",
];

/** The files of the list in its order, then the others in theirs. */
export function longestFirst<File>(files: readonly File[], path: (file: File) => string): File[] {
  const rank = (file: File) => {
    const index = LONGEST.findIndex((each) => path(file).endsWith(`/test/${each}`));
    return index < 0 ? LONGEST.length : index;
  };
  return [...files].sort((one, other) => rank(one) - rank(other));
}

export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files), ({ moduleId }) => moduleId);
  }
}
