/**
 * Shorthands for whoever writes pages of prose: paragraphs, tables, links, code.
 *
 * Prose is written as it stands in docstrings, with `code` between backticks. Here it becomes
 * pieces of text, so that nothing on a page is markup.
 */
import type { Block, Cell, Column, Inline, Text } from "./page-document.ts";
import type { Tone } from "./picture.ts";

/** Running text; what stands between backticks is code. */
export function prose(text: string): Text {
  return text
    .split("`")
    .flatMap((part, index): Inline[] =>
      part === "" ? [] : [index % 2 === 0 ? part : { kind: "code", text: part }],
    );
}

/** Prose where there can be nothing but text: titles, summaries. */
export function plain(text: string): string {
  return text.replaceAll("`", "");
}

export function code(text: string): Inline {
  return { kind: "code", text };
}

/** @param to path of a page, with an optional `#anchor` */
export function link(text: string, to: string): Inline {
  return { kind: "link", text, to };
}

export function mark(text: string, tone: Tone): Inline {
  return { kind: "mark", text, tone };
}

/** Pieces with a comma between them. */
export function listed(pieces: readonly Inline[]): Text {
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [", ", piece]));
}

export function paragraph(text: string): Block {
  return { kind: "paragraph", text: prose(text) };
}

/** A heading; its anchor is made of its words unless one is given. */
export function heading(level: 2 | 3, text: string, anchor = anchorOf(text)): Block {
  return { kind: "heading", level, text, anchor };
}

/** `What wins where` -> `what-wins-where` */
export function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

export function bullets(items: readonly string[]): Block {
  return { kind: "list", ordered: false, items: items.map(prose) };
}

/** A cell of running text, or of pieces that are ready. */
export function cell(text: string | Text): Cell {
  return { text: typeof text === "string" ? prose(text) : text };
}

/** A cell that is a number, in groups of three digits. */
export function numberCell(value: number): Cell {
  return { text: [value.toLocaleString("en-US")], sort: value };
}

export function leftColumn(title: string): Column {
  return { title, align: "start" };
}

export function rightColumn(title: string): Column {
  return { title, align: "end" };
}

/** Words for a set of names: `raw`, `qcow2`; a dash where there is none. */
export function codes(names: readonly string[]): Text {
  return names.length === 0 ? ["-"] : listed(names.map(code));
}
