/**
 * What is told of a defect of QEMU.
 *
 * Ids are those by which the repository knows them: R and M are from earlier work on QEMU 7.2, H
 * from QEMU's history, F from random commands, whose verdicts are recorded in test/conformance.
 */

import type { QemuVersion } from "../../../vocabulary.ts";
import { anchorOf, link } from "../blocks.ts";
import type { Inline } from "../page-document.ts";
import type { Script, Shown } from "./script.ts";

export interface Defect {
  readonly id: string;
  readonly title: string;
  /** in one or two sentences */
  readonly told: string;
  /** whether it was known before it was found here */
  readonly known: boolean;
  /** versions on which it was seen */
  readonly seen: readonly QemuVersion[];
  /** the version that mends it; absent: none that was looked at */
  readonly mended?: string;
  /** names of models whose trace shows it, or that show the rule that repairs it */
  readonly models: readonly string[];
  /** recorded cases; the script has commands of the first one, and may go on where that ends */
  readonly cases: readonly string[];
  readonly script: Script;
  readonly shown: Shown;
}

export const DEFECTS_PATH = "conformance/defects";

/** A link to where a defect is told. */
export function defectLink(id: string): Inline {
  return link(id, `${DEFECTS_PATH}#${anchorOf(id)}`);
}
