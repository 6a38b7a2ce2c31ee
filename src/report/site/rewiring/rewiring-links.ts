/**
 * Where pages of scripts are, and which of them show what a model does.
 */
import { REWIRINGS } from "../../../../models/rewiring/index.ts";
import type { Rewiring } from "../../../system/rewiring.ts";
import { link } from "../blocks.ts";
import type { Inline, PageDocument } from "../page-document.ts";

/** The path of the page that lists them. */
export const REWIRING = "rewiring";

/** What stands above the title of a page that the list leads to. */
export const BELOW_REWIRING: PageDocument["trail"] = [
  { title: "Overview", path: "index" },
  { title: "Rewiring", path: REWIRING },
];

export function rewiringPath({ name }: Pick<Rewiring, "name">): string {
  return `${REWIRING}/${name}`;
}

/** Links to the scripts that do the same as some of these models. */
export function rewiringLinks(models: readonly string[]): Inline[] {
  return [...REWIRINGS.values()]
    .filter((each) => each.models.some((model) => models.includes(model)))
    .map((each) => link(each.name, rewiringPath(each)));
}
