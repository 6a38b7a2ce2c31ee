/**
 * Blocks of a page, said shortly.
 */
import type { Verdict } from "../verdict.ts";
import type { Block, Cell, Column, Inline, Text } from "./page-document.ts";

export function paragraph(...text: readonly Inline[]): Block {
  return { kind: "paragraph", text };
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

export function code(text: string): Inline {
  return { kind: "code", text };
}

/** @param to path of a page, with an optional `#anchor` */
export function link(text: string, to: string): Inline {
  return { kind: "link", text, to };
}

/** Commands to be pasted into a shell. */
export function commands(...lines: readonly string[]): Block {
  return { kind: "code", language: "shell", text: lines.join("\n") };
}

/** What a verdict means, in a word and a colour. */
export function verdictMark(verdict: Verdict | null): Inline {
  if (verdict === null) return { kind: "mark", text: "not known", tone: "quiet" };
  const tone = ({ holds: "good", violated: "bad", undecided: "open" } as const)[verdict];
  return { kind: "mark", text: verdict, tone };
}

export function column(title: string, align: Column["align"] = "start"): Column {
  return { title, align };
}

export function cell(...text: readonly Inline[]): Cell {
  return { text };
}

/** A number, or nothing where it is not known. */
export function numberCell(value: number | null, text?: string): Cell {
  if (value === null) return { text: ["-"], sort: -1 };
  return { text: [text ?? value.toLocaleString("en-US")], sort: value };
}

/** `0.3 s`. */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

export function terms(rows: readonly (readonly [string, ...Inline[]])[]): Block {
  return {
    kind: "terms",
    rows: rows.map(([term, ...text]): { term: Text; text: Text } => ({ term: [term], text })),
  };
}
