/**
 * What a command is to the program: a name, and a file that is loaded when it is asked for.
 */
import type { Command } from "commander";

/** What the file of a command exports. */
interface CommandModule {
  /**
   * Adds arguments, options, help and action to the command of the same name.
   * @param all the commands that there are
   */
  configure(command: Command, all: readonly CommandEntry[]): void;
}

export interface CommandEntry {
  readonly name: string;
  /** one line for the list of commands */
  readonly summary: string;
  load(): Promise<CommandModule>;
}
