/**
 * Code cut into comments, strings, numbers and the rest: enough for a reader's eye, in any
 * language.
 *
 * Not a parser: what it takes for a comment is drawn paler, and that is all that hangs on it.
 */

export interface CodePiece {
  readonly kind: "plain" | "comment" | "string" | "number";
  readonly text: string;
}

const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/;
const NUMBER = /\b\d[\d_]*(?:\.\d+)?\b/;
const SLASHES = /\/\/[^\n]*|\/\*[\s\S]*?\*\//;
const HASH = /(?:^|(?<=\s))#[^\n]*/;

/** How comments look; a language that is missing has none. */
const COMMENTS: Readonly<Record<string, RegExp>> = {
  typescript: SLASHES,
  ts: SLASHES,
  javascript: SLASHES,
  c: SLASHES,
  shell: HASH,
  sh: HASH,
  bash: HASH,
  python: HASH,
  yaml: HASH,
};

/** Languages in which a lone quote is an apostrophe, and a number is a word. */
const PROSE = new Set(["", "text", "log", "output"]);

/** The pieces of a text, in order; together they are the text. */
export function codePieces(text: string, language: string): CodePiece[] {
  if (PROSE.has(language)) return [{ kind: "plain", text }];
  const comment = COMMENTS[language];
  const alternatives = [
    ...(comment === undefined ? [] : [`(?<comment>${comment.source})`]),
    `(?<string>${STRING.source})`,
    `(?<number>${NUMBER.source})`,
  ];
  const pieces: CodePiece[] = [];
  let end = 0;
  for (const found of text.matchAll(new RegExp(alternatives.join("|"), "gm"))) {
    if (found.index > end) pieces.push({ kind: "plain", text: text.slice(end, found.index) });
    pieces.push({ kind: kindOf(found.groups), text: found[0] });
    end = found.index + found[0].length;
  }
  if (end < text.length) pieces.push({ kind: "plain", text: text.slice(end) });
  return pieces;
}

function kindOf(groups: Record<string, string | undefined> | undefined): CodePiece["kind"] {
  if (groups?.comment !== undefined) return "comment";
  return groups?.string === undefined ? "number" : "string";
}
