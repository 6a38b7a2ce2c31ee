/**
 * Whether guests overwrite only what is stable elsewhere, as code: the rule of
 * src/system/saved-copies.ts over values.
 */
import { type SavingHook, savingHooks } from "../../../system/saved-copies.ts";
import { CHANGING_OPERATIONS } from "../../../vocabulary.ts";
import { all, binary, field, local, loop, set, when } from "../../program/build.ts";
import type { Field, Statement } from "../../program/program.ts";
import { add } from "./carrier.ts";
import type { ImageAccess } from "./image-call.ts";
import { imageOf, keptOf } from "./image-fields.ts";
import { type Judging, sights } from "./judging.ts";
import { nodesOf, type Plan } from "./plan.ts";

const OVERWRITTEN = sights((difference) => ({ kind: "overwritten", difference }));

export class SavedWatch {
  readonly fields: readonly Field[];
  readonly #plan: Plan;
  readonly #judging: Judging;
  readonly #pointOf: (hook: string) => string;
  readonly #hooks: ReadonlyMap<string, SavingHook>;

  /** @param pointOf name of the field with the point in time of a hook */
  constructor(plan: Plan, judging: Judging, pointOf: (hook: string) => string) {
    this.#plan = plan;
    this.#judging = judging;
    this.#pointOf = pointOf;
    const hooks = judging.speaksOf(OVERWRITTEN) ? savingHooks(nodesOf(plan.phases)) : [];
    this.#hooks = new Map(hooks.map((hook) => [hook.node, hook]));
    this.fields = [...new Set(hooks.map(({ target }) => target.image))].map((image) => {
      const initial = plan.images.get(image) ?? [];
      const [size, count] = [plan.values, initial.length];
      return { name: keptOf(image), size, count, initial, values: null };
    });
  }

  /** A hook's point in time is taken. */
  begun(node: string): Statement[] {
    const hook = this.#hooks.get(node);
    return hook === undefined ? [] : [this.#flushed(hook.target.image)];
  }

  /** An image answered a call well. @param nodes those that there are */
  answered({ image, operation, lo, hi, shift }: ImageAccess, nodes: ReadonlySet<string>) {
    const hooks = [...this.#hooks.values()].filter(({ node }) => nodes.has(node));
    if (operation === "flush") {
      const kept = hooks.some(({ target }) => target.image === image);
      return kept ? [this.#flushed(image)] : [];
    }
    if (!CHANGING_OPERATIONS.has(operation)) return [];
    return hooks.flatMap(({ node, disk, target }): Statement[] => {
      const total = this.#lengthOf(node);
      if (disk.image !== image || total === 0) return [];
      const { geometry } = this.#plan;
      const at = add("cell", shift - geometry.cells(disk.shift));
      const kept = field(keptOf(target.image), add(at, geometry.cells(target.shift)));
      const lost = binary(kept, "!=", field(this.#pointOf(node), at));
      const within = all(binary(at, ">=", 0), binary(at, "<", total));
      return [
        local("differs", 0),
        loop("cell", lo, hi, [when(within, [when(lost, [local("differs", 1)])])]),
        ...this.#judging.judge(OVERWRITTEN, binary(hi, ">", lo)),
      ];
    });
  }

  #lengthOf(hook: string): number {
    const node = nodesOf(this.#plan.phases).find(({ name }) => name === hook);
    return this.#plan.geometry.cells(node?.length ?? 0);
  }

  #flushed(image: string): Statement {
    const count = this.#plan.images.get(image)?.length ?? 0;
    return loop("cell", 0, count, [set(keptOf(image), "cell", field(imageOf(image), "cell"))]);
  }
}
