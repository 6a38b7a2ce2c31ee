/**
 * What jobs say of their copies, as code: that they have copied something, or could not, whether
 * that was because what they read does not show it any more, and whether they go on afterwards.
 */
import type { Errno, Operation } from "../../../vocabulary.ts";
import { field, set, term } from "../../program/build.ts";
import type { Field, Statement } from "../../program/program.ts";
import type { GraphChange } from "./graph-phases.ts";
import type { Judging, Sight } from "./judging.ts";
import type { Player } from "./player.ts";

const DENIED: Errno = "EACCES";

function copySights(errno: Errno | null): Sight[] {
  const result = { succeeded: errno === null, denied: errno === DENIED };
  const common = { kind: "job-copy", through: "", difference: null } as const;
  return [{ when: term(1), observation: { ...common, ...result } }];
}

const RESUMED: readonly Sight[] = [
  { when: term(1), observation: { kind: "job-resumed", through: "", difference: null } },
];

export class CopyWatch {
  readonly #judging: Judging;
  readonly #isAsked: boolean;
  /** for each filter, whether its job could not copy something */
  readonly fields: readonly Field[];

  constructor(changes: readonly GraphChange[], judging: Judging) {
    this.#judging = judging;
    const filters = changes.flatMap((change) => (change.kind === "point" ? [change.node] : []));
    this.fields = [...new Set(judging.speaksOf(RESUMED) ? filters : [])].map((filter) => ({
      ...{ name: failedOf(filter), size: 2, count: 1, initial: [], values: null },
    }));
    this.#isAsked = [null, DENIED].some((errno) => judging.speaksOf(copySights(errno)));
  }

  /** Whether somebody wants to know that a request which failed was denied what it is for. */
  tells({ actor }: Player, operation: Operation, errno: Errno | null): boolean {
    return this.#isAsked && actor.entry.kind === "job" && operation === "copy" && errno === DENIED;
  }

  /** A request ended. @param errno null: it succeeded */
  ended(player: Player, operation: Operation, errno: Errno | null): Statement[] {
    const { entry } = player.actor;
    if (entry.kind !== "job" || operation !== "copy") return [];
    const copied = this.#isAsked ? this.#judging.judge(copySights(errno)) : [];
    const failed = failedOf(entry.hook);
    if (!this.fields.some(({ name }) => name === failed)) return copied;
    const resumed = this.#judging.judge(RESUMED, field(failed));
    return [...copied, ...(errno === null ? resumed : [set(failed, 0, 1)])];
  }

  /** A filter is gone, and its job with it. */
  gone(filter: string): Statement[] {
    const known = this.fields.filter(({ name }) => name === failedOf(filter));
    return known.map(({ name }) => set(name, 0, 0));
  }
}

const failedOf = (filter: string) => `${filter} job failed`;
