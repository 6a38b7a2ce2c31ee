/**
 * Rewiring: a script of graph commands that is looked at one command after the other, with nobody
 * doing I/O. What a command asks of whom, who moves, and who refuses is all there is to see.
 */
import type { QmpCommand } from "../graph/commands.ts";
import type { ProfileName } from "../graph/profile.ts";

export interface Rewiring {
  readonly name: string;
  readonly title: string;
  /** what it shows, as a reader meets it */
  readonly idea: string;
  readonly profile: ProfileName;
  /** commands that nobody needs to see: what stands at the beginning */
  readonly setup: readonly QmpCommand[];
  readonly commands: readonly QmpCommand[];
  /** names of models in which the same is done, with somebody who reads and writes */
  readonly models: readonly string[];
}
