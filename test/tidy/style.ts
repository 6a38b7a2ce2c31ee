/**
 * House rules that neither the compiler nor the linter knows, as functions from a file to findings.
 *
 * Formatting, unused names and over-long functions are Biome's business (biome.json).
 */
import { codeOf, type Finding, findAll } from "./source-text.ts";
import type { SourceFile } from "./tree.ts";

const LINES_PER_FILE = 400;
const COLUMNS_PER_LINE = 100;

/** The folders of the product: what a user installs. */
const PRODUCT = ["src/", "models/", "properties/"];
/** The rules themselves, which have to spell what they ban. */
const RULES = "test/tidy/";
/** Helpers for tests that need tools: the only place where a skip is a feature. */
const TOOLS = "test/tools/";

/** A file begins with a comment that says what it is about. */
export function headerFindings({ text }: SourceFile): Finding[] {
  const withoutShebang = text.replace(/^#!.*\n/, "");
  const header = /^\/\*\*[\s*]*[^\s*/][\s\S]*?\*\//.test(withoutShebang);
  return header ? [] : [{ line: 1, what: "no header comment" }];
}

/** Files and lines have a size that a reader can hold. */
export function sizeFindings({ path, text }: SourceFile): Finding[] {
  const lines = text.replace(/\n$/, "").split("\n");
  const findings = lines.flatMap((content, index) => {
    const columns = [...content].length;
    const what = `${columns} columns, more than ${COLUMNS_PER_LINE}`;
    return columns > COLUMNS_PER_LINE ? [{ line: index + 1, what }] : [];
  });
  const product = PRODUCT.some((folder) => path.startsWith(folder));
  if (!product || lines.length <= LINES_PER_FILE) return findings;
  return [...findings, { line: 1, what: `${lines.length} lines, more than ${LINES_PER_FILE}` }];
}

/** Ways around the type checker. */
export function typeFindings({ text }: SourceFile): Finding[] {
  const code = codeOf(text);
  return [
    ...findAll(code, /\bas\s+unknown\s+as\b/g, "a cast by way of unknown"),
    ...findAll(code, /(:|\bas|<|,|\|)\s*any\b/g, "any"),
    ...findAll(
      text,
      /^[ \t]*(\/\/|\/?\*+)[ \t]*@ts-(ignore|expect-error|nocheck)\b/gm,
      "@ts- comment",
    ),
  ];
}

/** Tests that are switched off, or that switch all others off. */
export function testFindings({ path, text }: SourceFile): Finding[] {
  const code = codeOf(text);
  const only = findAll(code, /\b(it|test|describe|suite)\s*\.\s*only\b/g, "only");
  if (!path.startsWith("test/") || path.startsWith(TOOLS)) return only;
  return [...only, ...findAll(code, /\.\s*(skip|skipIf|runIf|todo)\s*\(/g, "a skipped test")];
}

/** Promises to do it later. */
export function laterFindings({ path, text }: SourceFile): Finding[] {
  if (path.startsWith(RULES)) return [];
  return findAll(text, /\b(TODO|FIXME|XXX)\b/g, "unfinished business");
}

/** Addresses of package registries and paths that exist on one machine only. */
export function placeFindings({ path, text }: SourceFile): Finding[] {
  if (path.startsWith(RULES)) return [];
  const host = /:\/\/[^\s/"'`]*(registry|mirror|artifactory|nexus|npm.s|yarn.kg)[^\s/"'`]*/g;
  const place = /(?<=^|[\s"'`(=:,])\/(home|root|work|Users|opt|mnt|srv)\/\w/gm;
  return [
    ...findAll(text, host, "the address of a package registry"),
    ...findAll(text, place, "a path of one machine"),
  ];
}

/** A lock file pins contents by hash; where they were fetched from is the reader's own affair. */
export function lockFindings({ text }: SourceFile): Finding[] {
  return findAll(text, /"resolved"\s*:/g, "a package address");
}
