/**
 * Threads that exports may be served by (QAPI `IothreadProperties`): objects that `object-add`
 * makes and `block-export-add` names.
 *
 * There is one thread here, and all exports are served by it: scripts that name others go on, and
 * nothing depends on which.
 */
import { z } from "zod";
import { WELL_FORMED } from "../graph/blockdev-add.ts";
import type { JsonObject } from "../graph/graph.ts";
import { int64 } from "../graph/qapi-integer.ts";
import { parseArguments, refuse } from "../graph/refuse.ts";
import { requireNewObject } from "../graph/throttle-group.ts";

const KIND = "iothread";

/** The options of such an object, for who has them as text. */
export const ioThreadOptions = z.strictObject({
  "qom-type": z.literal(KIND),
  id: z.string().regex(WELL_FORMED, "an identifier"),
  "poll-max-ns": int64.optional(),
  "poll-grow": int64.optional(),
  "poll-shrink": int64.optional(),
  "aio-max-batch": int64.optional(),
  "thread-pool-min": int64.optional(),
  "thread-pool-max": int64.optional(),
});

/** What an export is told of threads, among all else; for who has it as text, too. */
export const servedBy = z.object({
  iothread: z.string().optional(),
  "fixed-iothread": z.boolean().optional(),
});

export class IoThreads {
  readonly #ids = new Set<string>();

  /** Whether `object-add` is about one of these. */
  static concerns(args: JsonObject): boolean {
    return args["qom-type"] === KIND;
  }

  /** @throws BlockgraphError `graph-refused` */
  add(args: JsonObject): void {
    const { id } = parseArguments(ioThreadOptions, args);
    requireNewObject(id, this.#ids);
    this.#ids.add(id);
  }

  /** @returns whether there was one of that name */
  remove(id: string): boolean {
    return this.#ids.delete(id);
  }

  /**
   * The arguments of an export without what they say of threads.
   * @throws BlockgraphError `graph-refused` if they name one that there is not
   */
  without(args: JsonObject): JsonObject {
    const { iothread: id } = parseArguments(servedBy, args);
    if (id !== undefined && !this.#ids.has(id)) throw refuse(`iothread "${id}" not found`);
    const { iothread: _, "fixed-iothread": __, ...rest } = args;
    return rest;
  }
}
