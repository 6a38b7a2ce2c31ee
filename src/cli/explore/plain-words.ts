/**
 * What commands say of what goes wrong, in the words of the page: it has buttons and fields where
 * they have options, and of the file of a path it knows nothing.
 */
import { BlockgraphError } from "../../error.ts";

const IN_THE_PAGE: readonly (readonly [RegExp, string])[] = [
  [/--on sim\b/g, "in the simulator"],
  [/--on files\b/g, "on real files"],
  [/give the --qemu that it is, or --binary PATH of another/g, "choose that version of QEMU here"],
  [/, or give --binary PATH/g, ""],
  [/, or what is before it with --at\b/g, ", or go back to a state before it"],
  [/give --force, or another --name/g, "give another name"],
  [
    /this path is a log of another model.*$/g,
    "its rules, faults or workload are not the model's own, so a test of the model cannot have it",
  ],
  [/--name /g, "the name "],
  [/; give it with --image \S+/g, ""],
  [
    /name the log of a counterexample, or of a check its trace\.json/g,
    "go to a state in which a property is violated, and promote from there",
  ],
];

/** @throws BlockgraphError what was thrown, in other words */
export async function inPlainWords<Result>(
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BlockgraphError)) throw error;
    const named = error.message.replaceAll(path, "this path");
    const message = IN_THE_PAGE.reduce((text, [of, by]) => text.replace(of, by), named);
    throw new BlockgraphError(error.code, message);
  }
}
