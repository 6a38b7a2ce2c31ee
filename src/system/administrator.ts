/**
 * The administrator of a phase: sends graph commands while actors do I/O.
 *
 * One command at a time, and the next one when the last was answered. A command that has to drain
 * something is begun, and takes effect when nothing is under way there any more; what happens in
 * between is the schedule's choice.
 */
import { requireExpected } from "./expected-answer.ts";
import type { Commands } from "./model.ts";
import type { Answered, Session } from "./session.ts";

const NOTHING: Commands = { commands: [] };

export class Administrator {
  readonly #commands: Commands;
  #begun = 0;

  constructor(commands: Commands = NOTHING) {
    this.#commands = commands;
  }

  /** Whether it would begin a command now, or end the drained section of one. */
  isReady(session: Session): boolean {
    if (session.draining) return session.quiet;
    return this.#begun < this.#commands.commands.length;
  }

  /** Whether all commands were answered. */
  isThrough(session: Session): boolean {
    return !session.draining && this.#begun === this.#commands.commands.length;
  }

  /**
   * Takes its next step. Legal only if it is ready.
   * @throws BlockgraphError `graph-refused` naming the command that was answered otherwise than the
   * model says
   */
  act(session: Session): void {
    if (session.draining) this.#judge(session.drained());
    else {
      const command = this.#commands.commands[this.#begun++];
      if (command !== undefined) this.#judge(session.begin(command));
    }
  }

  #judge(answered: Answered | null): void {
    if (answered === null) return;
    requireExpected(this.#commands, this.#begun - 1, answered.refusal);
  }
}
