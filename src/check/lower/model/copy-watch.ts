/**
 * What jobs say of their copies, as code: that they have copied something, or could not, and
 * whether that was because what they read does not show it any more.
 */
import type { Errno, Operation } from "../../../vocabulary.ts";
import { term } from "../../program/build.ts";
import type { Statement } from "../../program/program.ts";
import type { Judging, Sight } from "./judging.ts";
import type { Player } from "./player.ts";

const DENIED: Errno = "EACCES";

function copySights(errno: Errno | null): Sight[] {
  const result = { succeeded: errno === null, denied: errno === DENIED };
  const common = { kind: "job-copy", through: "", difference: null } as const;
  return [{ when: term(1), observation: { ...common, ...result } }];
}

export class CopyWatch {
  readonly #judging: Judging;
  readonly #isAsked: boolean;

  constructor(judging: Judging) {
    this.#judging = judging;
    this.#isAsked = [null, DENIED].some((errno) => judging.speaksOf(copySights(errno)));
  }

  /** Whether somebody wants to know that a request which failed was denied what it is for. */
  tells(player: Player, operation: Operation, errno: Errno | null): boolean {
    return this.#isCopy(player, operation) && errno === DENIED;
  }

  /** A request ended. @param errno null: it succeeded */
  ended(player: Player, operation: Operation, errno: Errno | null): Statement[] {
    return this.#isCopy(player, operation) ? this.#judging.judge(copySights(errno)) : [];
  }

  #isCopy({ actor }: Player, operation: Operation): boolean {
    return this.#isAsked && actor.entry.kind === "job" && operation === "copy";
  }
}
