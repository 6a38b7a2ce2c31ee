/**
 * What users are told of a driver, besides its summary, options and children: its manual page.
 */
import type { QmpCommand } from "../graph/commands.ts";

export interface Manual {
  /** what it does, a paragraph each; code stands between backticks */
  readonly about: readonly string[];
  /** what it does not do, or not as others do */
  readonly limits: readonly string[];
  /** commands for an empty graph, of which the last one opens a node of it, or has a job do so */
  readonly example: readonly QmpCommand[];
}
