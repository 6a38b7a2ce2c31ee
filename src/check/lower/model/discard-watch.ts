/**
 * Whether guests' discards reach the image of their disk, as code: a request carries whether it has
 * told the image.
 */
import type { Operation } from "../../../vocabulary.ts";
import { binary, local, not, term } from "../../program/build.ts";
import type { Statement } from "../../program/program.ts";
import type { Carrier } from "./carrier.ts";
import type { Judging, Sight } from "./judging.ts";
import type { PlannedActor } from "./plan.ts";
import type { Player } from "./player.ts";

/** The register in which a request keeps it, and the local in which it is judged. */
export const TOLD = "told";

const DISCARDED = [false, true].map(
  (arrived): Sight => ({
    when: arrived ? term(TOLD) : not(TOLD),
    observation: { kind: "guest-discard", through: "", arrived, difference: null },
  }),
);

export class DiscardWatch {
  readonly #judging: Judging;
  /** the images of those who carry the register */
  readonly #images = new Map<Carrier, string>();

  constructor(judging: Judging) {
    this.#judging = judging;
  }

  /** Declares what an actor's requests carry. */
  declare({ actor, carrier }: Player): void {
    const image = this.#imageOf(actor);
    if (image === null) return;
    carrier.register(TOLD, 2);
    this.#images.set(carrier, image);
  }

  /** The image whose discards are watched; null: nobody wants to know. */
  #imageOf({ entry, requests }: PlannedActor): string | null {
    if (entry.kind !== "guest" || !entry.unmap || !this.#judging.speaksOf(DISCARDED)) return null;
    return requests.some(({ spec }) => spec.operation === "discard") ? entry.image : null;
  }

  /** A process discarded something of an image. */
  discarded(carrier: Carrier, image: string): Statement[] {
    return this.#images.get(carrier) === image ? [carrier.write(TOLD, 1)] : [];
  }

  /** A request ended. Locals `start` and `end` are its cells. */
  ended({ carrier }: Player, operation: Operation, succeeded: boolean): Statement[] {
    if (operation !== "discard" || !succeeded || !this.#images.has(carrier)) return [];
    return [
      local(TOLD, carrier.read(TOLD)),
      ...this.#judging.judge(DISCARDED, binary("end", ">", "start")),
    ];
  }
}
