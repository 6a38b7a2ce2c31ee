/**
 * Small models get a button on their page that checks them there: a script beside the site's own,
 * and the block that loads it, at the end of the verdict. Of the others the page says how large
 * they are, and what to run instead.
 */
import { join } from "node:path";
import { tryItScript } from "../../explorer/try-it/try-it-script.ts";
import { grouped } from "../../report/check/numbers.ts";
import { code, paragraph } from "../../report/site/blocks.ts";
import type { Block, PageDocument } from "../../report/site/page-document.ts";
import { findChecked } from "../check/find-checked.ts";
import { write } from "./write-site.ts";

/** States of a check up to which a page is not long at it: some seconds. */
const SMALL = 50_000;
/** Bytes of a script up to which it is worth sending. */
const SHORT = 400 * 1024;

/** What has pages: sketches, and models with what their checks saw; null: there was none. */
interface Shown {
  readonly models: readonly {
    readonly model: { readonly name: string };
    readonly check: { readonly states: number } | null;
  }[];
  readonly sketches: readonly { readonly sketch: { readonly name: string } }[];
}

/** Writes the scripts. @returns the pages, with the buttons; without one, with the reason */
export function addTryIt(
  out: string,
  pages: readonly PageDocument[],
  { models, sketches }: Shown,
): PageDocument[] {
  const blocks = new Map<string, Block>();
  // Sketches are small by their nature.
  for (const { sketch } of sketches) blocks.set(`models/${sketch.name}`, button(out, sketch.name));
  for (const { model, check } of models) {
    const { name } = model;
    blocks.set(`models/${name}`, tooLarge(name, check?.states ?? null) ?? button(out, name));
  }
  return pages.map((page) => {
    const block = blocks.get(page.path);
    return block === undefined ? page : { ...page, blocks: withBlock(page.blocks, block) };
  });
}

/** The button, or why its script is not worth sending. */
function button(out: string, model: string): Block {
  const lowered = findChecked(model).lower(new Map(), null);
  const text = tryItScript({ model, ...lowered });
  if (text.length > SHORT) {
    const kilobytes = grouped(Math.ceil(text.length / 1024));
    return instead(model, `what checks it would be ${kilobytes} KB of script`);
  }
  const script = `try-it/${model}.js`;
  write(join(out, script), text);
  const bounds = `${lowered.bounds}; every state for itself, without symmetry`;
  return { kind: "try-it", script, model, bounds };
}

/** @param states that a check saw; null: there was none */
function tooLarge(model: string, states: number | null): Block | null {
  if (states === null) return instead(model, "no check has counted its states yet");
  if (states <= SMALL) return null;
  return instead(
    model,
    `it has ${grouped(states)} states, and a page is quick up to ${grouped(SMALL)}`,
  );
}

function instead(model: string, why: string): Block {
  return paragraph(
    `It cannot be checked in this page: ${why}. Run `,
    code(`blockgraph check ${model}`),
    ", or look around in it with ",
    code(`blockgraph explore ${model}`),
    ".",
  );
}

/** At the end of the section of the verdict; at the end of the page where there is none. */
function withBlock(blocks: readonly Block[], block: Block): Block[] {
  const isHeading = (each: Block) => each.kind === "heading" && each.level === 2;
  const verdict = blocks.findIndex(
    (each) => each.kind === "heading" && each.text === "The verdict",
  );
  const after = blocks.findIndex((each, place) => place > verdict && isHeading(each));
  const place = verdict < 0 || after < 0 ? blocks.length : after;
  return blocks.toSpliced(place, 0, block);
}
