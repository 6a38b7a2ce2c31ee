/**
 * A model made into a program for a check, within the time that the check has.
 */
import type { Checked, LoweredProgram } from "./checked.ts";
import { type Options, parametersOf } from "./options.ts";
import { perform } from "./perform.ts";

/**
 * @param name what it is called while it goes on
 * @returns the program, or its beginning if the time-out, Ctrl-C or a limit came first
 * @throws BlockgraphError `bad-argument` for a parameter that is unknown or out of its bounds
 */
export async function lowerInTime(
  checked: Checked,
  name: string,
  options: Options,
): Promise<LoweredProgram> {
  const { mutant = null, timeout = null, jsonProgress, random, swarm, maxStates } = options;
  const given = parametersOf(options);
  // The depth of walks is that of each of them.
  const maxDepth = random === undefined && swarm === undefined ? options.maxDepth : undefined;
  const limits = { maxStates: maxStates ?? null, maxDepth: maxDepth ?? null };
  const lowering = checked.lowering?.(given, mutant, limits);
  if (lowering === undefined) return checked.lower(given, mutant);
  await perform(lowering, { name, timeout, jsonProgress: jsonProgress === true });
  return lowering.lowered();
}
