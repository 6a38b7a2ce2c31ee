/**
 * What a command that defines nodes is refused for before anything that it names is opened, or
 * connected to: a definition that no driver takes (QEMU's QAPI layer).
 */
import { DRIVERS } from "../drivers/registry.ts";
import type { QmpCommand } from "../graph/commands.ts";
import { checkDefinition } from "../graph/definition.ts";
import { isRefusal } from "../graph/refuse.ts";

/** @returns null, or QEMU's text; commands that define nothing are all well formed */
export function definitionProblem({ execute, arguments: args }: QmpCommand): string | null {
  if (execute !== "blockdev-add") return null;
  try {
    checkDefinition(args, "", DRIVERS);
    return null;
  } catch (error) {
    if (isRefusal(error)) return error.message;
    throw error;
  }
}
