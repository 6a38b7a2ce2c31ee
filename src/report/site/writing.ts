/**
 * Shorthands for whoever writes pages of prose, beside those of all pages (blocks.ts).
 *
 * Prose is written as it stands in docstrings, with `code` between backticks. Here it becomes
 * pieces of text, so that nothing on a page is markup.
 */
import { code, column } from "./blocks.ts";
import type { Block, Cell, Column, Inline, Text } from "./page-document.ts";
import type { Tone } from "./picture.ts";

/** Running text; what stands between backticks is code. */
export function prose(text: string): Text {
  return text
    .split("`")
    .flatMap((part, index): Inline[] => (part === "" ? [] : [index % 2 === 0 ? part : code(part)]));
}

/** Prose where there can be nothing but text: titles, summaries. */
export function plain(text: string): string {
  return text.replaceAll("`", "");
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

export function bullets(items: readonly string[]): Block {
  return { kind: "list", ordered: false, items: items.map(prose) };
}

/** A cell of running text, or of pieces that are ready. */
export function cell(text: string | Text): Cell {
  return { text: typeof text === "string" ? prose(text) : text };
}

/** For a list of titles. */
export const leftColumn = (title: string): Column => column(title);

/** The same, of numbers. */
export const rightColumn = (title: string): Column => column(title, "end");

/** Words for a set of names: `raw`, `qcow2`; a dash where there is none. */
export function codes(names: readonly string[]): Text {
  return names.length === 0 ? ["-"] : listed(names.map(code));
}
