/**
 * Small models get a button on their page that checks them there: a script beside the site's own,
 * and the block that loads it, at the end of the verdict.
 */
import { join } from "node:path";
import { tryItScript } from "../../explorer/try-it/try-it-script.ts";
import type { Block, PageDocument } from "../../report/site/page-document.ts";
import type { SiteInput } from "../../report/site/site-input.ts";
import { findChecked } from "../check/find-checked.ts";
import { write } from "./write-site.ts";

/** States of a check up to which a page is not long at it: some seconds. */
const SMALL = 50_000;
/** Bytes of a script up to which it is worth sending. */
const SHORT = 400 * 1024;

/** Models that are small enough, as far as it is known: sketches are small by their nature. */
function smallModels({ models, sketches }: SiteInput): string[] {
  return [
    ...sketches.map(({ sketch }) => sketch.name),
    ...models.filter(({ check }) => check !== null && check.states <= SMALL).map(nameOf),
  ];
}

function nameOf({ model }: SiteInput["models"][number]): string {
  return model.name;
}

/** Writes the scripts. @returns the pages, with the buttons */
export function addTryIt(
  out: string,
  pages: readonly PageDocument[],
  input: SiteInput,
): PageDocument[] {
  const buttons = new Map<string, Block>();
  for (const model of smallModels(input)) {
    const lowered = findChecked(model).lower(new Map(), null);
    const text = tryItScript({ model, ...lowered });
    if (text.length > SHORT) continue;
    const script = `try-it/${model}.js`;
    write(join(out, script), text);
    buttons.set(`models/${model}`, { kind: "try-it", script, model, bounds: lowered.bounds });
  }
  return pages.map((page) => {
    const button = buttons.get(page.path);
    return button === undefined ? page : { ...page, blocks: withButton(page.blocks, button) };
  });
}

/** At the end of the section of the verdict; at the end of the page where there is none. */
function withButton(blocks: readonly Block[], button: Block): Block[] {
  const isHeading = (block: Block) => block.kind === "heading" && block.level === 2;
  const verdict = blocks.findIndex(
    (block) => block.kind === "heading" && block.text === "The verdict",
  );
  const after = blocks.findIndex((block, place) => place > verdict && isHeading(block));
  const place = verdict < 0 || after < 0 ? blocks.length : after;
  return blocks.toSpliced(place, 0, button);
}
