/**
 * The pages of prose as a site would have them, and all text in them.
 */
import { MODELS } from "../../models/index.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { describedCommands } from "../../src/cli/described-commands.ts";
import { overviewOf } from "../../src/report/model-overview.ts";
import type { Block, Inline, PageDocument, Text } from "../../src/report/site/page-document.ts";
import { prosePages } from "../../src/report/site/prose-pages.ts";

/** All pages of prose, with nothing found out about any model. */
export async function sitePages(): Promise<PageDocument[]> {
  return prosePages({
    models: [...MODELS.values()].map((model) => overviewOf(model, null, null)),
    conformance: null,
    agreement: [],
    commands: await describedCommands(COMMANDS),
    charts: () => [],
  });
}

/** All pieces of running text in blocks. */
export function inlinesOf(blocks: readonly Block[]): Inline[] {
  return blocks.flatMap((block): readonly Inline[] => {
    if (block.kind === "paragraph" || block.kind === "notice" || block.kind === "quotation") {
      return block.text;
    }
    if (block.kind === "heading") return [block.text];
    if (block.kind === "list") return block.items.flat();
    if (block.kind === "terms") return block.rows.flatMap(({ term, text }) => [...term, ...text]);
    if (block.kind === "table") {
      const cells = block.rows.flat().flatMap(({ text }): Text => text);
      return [block.caption, ...block.columns.map(({ title }) => title), ...cells];
    }
    if (block.kind === "plot") return [block.caption, block.plot.title, block.plot.across];
    if (block.kind === "details") return [block.summary, ...inlinesOf(block.blocks)];
    return [];
  });
}

/** The blocks of a page, those inside of others included. */
export function blocksOf({ blocks }: Pick<PageDocument, "blocks">): Block[] {
  return blocks.flatMap((block) =>
    block.kind === "details" ? [block, ...blocksOf(block)] : [block],
  );
}
