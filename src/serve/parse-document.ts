/**
 * A document that a client of a monitor sent, as JSON (QEMU qobject/json-parser.c).
 *
 * Stricter than JSON in one thing: an escape that stands for no character, such as half of a pair
 * of surrogates, is an error. And laxer in one: a string may stand between apostrophes.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../graph/graph.ts";

/** What was sent; or QEMU's text of what is wrong with it. */
export function parseDocument(document: string): JsonObject | string {
  try {
    const input: JsonValue = JSON.parse(withQuotes(document));
    if (!isJsonObject(input)) return "QMP input must be a JSON object";
    const bad = badEscape(document);
    return bad === null ? input : `JSON parse error, ${bad} is not a valid Unicode character`;
  } catch {
    return "JSON parse error, what was sent is no JSON";
  }
}

/** A string between quotes, or between apostrophes. */
const STRING = /"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'/g;

/** The same with all strings between quotes, in which an apostrophe needs no escape. */
function withQuotes(document: string): string {
  if (!document.includes("'")) return document;
  return document.replace(STRING, (whole, inner?: string) => {
    const text = inner ?? whole.slice(1, -1);
    return `"${text.replace(/\\(.)|"/g, (each, escaped?: string) => {
      if (each === '"') return '\\"';
      return escaped === "'" ? "'" : each;
    })}"`;
  });
}

/** Any escape: of a pair of surrogates, of a character, or another one, as \\ is. */
const ESCAPE = /\\(?:u([dD][89abAB]..)\\u([dD][c-fC-F]..)|u(.{4})|.)/g;

/** The first escape that stands for no character; null: there is none. */
function badEscape(document: string): string | null {
  for (const [whole, high, low, alone] of document.matchAll(ESCAPE)) {
    const code =
      high === undefined || low === undefined
        ? Number.parseInt(alone ?? "20", 16)
        : String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)).codePointAt(0);
    if (code !== undefined && !isCharacter(code)) return whole;
  }
  return null;
}

/** Surrogates and what Unicode keeps free are none (util/unicode.c, `mod_utf8_encode`). */
function isCharacter(code: number): boolean {
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  const isKeptFree = (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
  return !isSurrogate && !isKeptFree;
}
