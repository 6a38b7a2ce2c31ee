/**
 * TypeScript text seen through TypeScript's own scanner: which characters are code, and which files
 * it imports.
 *
 * The rules of test/tidy speak about code. A comment may say "no Promise here" and a string may
 * spell a forbidden word, so the rules look at `codeOf(text)`: the same text, every character in
 * its place, with comments and the inside of literals blanked out.
 */
import { SyntaxKind } from "typescript/unstable/ast";
import { createScanner, type Scanner } from "typescript/unstable/ast/scanner";

interface Token {
  readonly kind: SyntaxKind;
  readonly start: number;
  readonly end: number;
  /** what a string literal stands for; the text itself for everything else */
  readonly value: string;
}

/** Something that a rule dislikes, and where. */
export interface Finding {
  readonly line: number;
  readonly what: string;
}

/** An import or re-export as the source spells it. */
export interface Import {
  readonly specifier: string;
  /** whether it is an `import type`, of which nothing is left when the program runs */
  readonly types: boolean;
  readonly line: number;
}

const LITERALS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.StringLiteral,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
]);

const COMMENTS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.SingleLineCommentTrivia,
  SyntaxKind.MultiLineCommentTrivia,
]);

const BLANKS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.WhitespaceTrivia,
  SyntaxKind.NewLineTrivia,
]);

/** Tokens after which a slash divides; after any other it opens a regular expression. */
const OPERAND_ENDS: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.NumericLiteral,
  SyntaxKind.BigIntLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.ThisKeyword,
  SyntaxKind.SuperKeyword,
  SyntaxKind.NullKeyword,
  SyntaxKind.TrueKeyword,
  SyntaxKind.FalseKeyword,
]);

/** Whether the slash before the scanner is the one of `</p>` or `<br />`, and of no expression. */
function endsElement(scanner: Scanner): boolean {
  const text = scanner.getText();
  return text[scanner.getTokenStart() - 1] === "<" || text[scanner.getTokenEnd()] === ">";
}

/** The next token; the two decisions that a scanner leaves to its parser are made from the past. */
function scanOne(scanner: Scanner, afterOperand: boolean, templateDepths: number[]): SyntaxKind {
  const kind = scanner.scan();
  const slash = kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken;
  if (slash && !afterOperand && !endsElement(scanner)) return scanner.reScanSlashToken();
  const innermost = templateDepths.length - 1;
  const depth = templateDepths[innermost];
  if (kind === SyntaxKind.TemplateHead) {
    templateDepths.push(0);
  } else if (kind === SyntaxKind.OpenBraceToken && depth !== undefined) {
    templateDepths[innermost] = depth + 1;
  } else if (kind === SyntaxKind.CloseBraceToken && depth !== undefined) {
    if (depth > 0) {
      templateDepths[innermost] = depth - 1;
    } else {
      const part = scanner.reScanTemplateToken(false);
      if (part === SyntaxKind.TemplateTail) templateDepths.pop();
      return part;
    }
  }
  return kind;
}

/** All tokens of a text, comments and white space included. */
function tokensOf(text: string): Token[] {
  const scanner = createScanner(false, undefined, text);
  const templateDepths: number[] = [];
  const tokens: Token[] = [];
  let afterOperand = false;
  for (;;) {
    const kind = scanOne(scanner, afterOperand, templateDepths);
    if (kind === SyntaxKind.EndOfFile) return tokens;
    if (scanner.getTokenEnd() === scanner.getTokenStart()) {
      throw new Error(`no token at line ${lineAt(text, scanner.getTokenStart())}: is it code?`);
    }
    const value = kind === SyntaxKind.StringLiteral ? scanner.getTokenValue() : "";
    tokens.push({ kind, start: scanner.getTokenStart(), end: scanner.getTokenEnd(), value });
    if (!COMMENTS.has(kind) && !BLANKS.has(kind)) {
      afterOperand = scanner.isIdentifier() || OPERAND_ENDS.has(kind);
    }
  }
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}

/** The text with comments and the inside of literals replaced by spaces; lines stay lines. */
export function codeOf(text: string): string {
  let code = "";
  for (const { kind, start, end } of tokensOf(text)) {
    const token = text.slice(start, end);
    if (COMMENTS.has(kind)) code += blank(token);
    else if (LITERALS.has(kind)) code += token.charAt(0) + blank(token.slice(1, -1)) + token.at(-1);
    else code += token;
  }
  return code;
}

/** 1-based line of a position. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

/** Every module that a text imports or re-exports, dynamic imports and types included. */
export function importsOf(text: string): Import[] {
  const tokens = tokensOf(text).filter(({ kind }) => !COMMENTS.has(kind) && !BLANKS.has(kind));
  const imports: Import[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== SyntaxKind.StringLiteral) continue;
    const before = tokens[index - 1]?.kind;
    const called = before === SyntaxKind.OpenParenToken;
    const keyword = called ? tokens[index - 2]?.kind : before;
    const named = !called && keyword === SyntaxKind.FromKeyword;
    if (named || keyword === SyntaxKind.ImportKeyword) {
      const types = named && isTypeOnly(tokens.slice(0, index));
      imports.push({ specifier: token.value, types, line: lineAt(text, token.start) });
    }
  }
  return imports;
}

/** Whether the last `import` or `export` of these tokens is followed by `type`. */
function isTypeOnly(tokens: readonly Token[]): boolean {
  const start = tokens.findLastIndex(
    ({ kind }) => kind === SyntaxKind.ImportKeyword || kind === SyntaxKind.ExportKeyword,
  );
  return tokens[start + 1]?.kind === SyntaxKind.TypeKeyword;
}

/** One finding for every place where a pattern (with the flag `g`) matches. */
export function findAll(text: string, pattern: RegExp, what: string): Finding[] {
  return [...text.matchAll(pattern)].map(({ index }) => ({ line: lineAt(text, index), what }));
}
