/**
 * Who may import whom (DESIGN section 8): the table, and the rule that reads it.
 *
 * Imports point down only. That is what lets the same charts serve three interpreters, keeps clocks
 * and files out of the checker, and makes a folder readable without the folders above it.
 */
import { posix } from "node:path";
import { type Finding, importsOf } from "./source-text.ts";
import type { SourceFile } from "./tree.ts";

const INTERPRETED = ["src/chart", "src/graph", "src/log", "src/drivers", "src/jobs", "src/system"];
const OUTSIDE = ["src/storage", "src/nbd", "src/qemu"];
const INTERPRETERS = ["src/simulate", "src/check", "src/run"];
const BELOW_REPORT = [...INTERPRETED, ...OUTSIDE, ...INTERPRETERS];
const DESIGNS = ["models", "properties"];
const ABOVE = ["src/serve", "src/report", "src/explorer", "src/cli", "src/page", "test", "bench"];
const ALL = [...BELOW_REPORT, ...DESIGNS, ...ABOVE];

/** Folder -> the other folders that its files may import. Its own files it may always import. */
export const LAYERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["src/chart", []],
  ["src/graph", []],
  ["src/log", []],
  ["src/drivers", ["src/chart", "src/graph"]],
  ["src/jobs", ["src/chart", "src/graph"]],
  ["src/system", ["src/chart", "src/graph", "src/drivers", "src/jobs", "src/log"]],
  ["src/storage", []],
  ["src/nbd", ["src/storage"]],
  ["src/qemu", ["src/graph", "src/log"]],
  ["src/simulate", [...INTERPRETED, "src/storage"]],
  ["src/check", INTERPRETED],
  ["src/run", [...INTERPRETED, "src/storage", "src/nbd"]],
  ["src/serve", [...INTERPRETED, ...OUTSIDE, "src/run"]],
  ["src/report", [...BELOW_REPORT, ...DESIGNS]],
  ["src/page", ["src/report", "src/explorer"]],
  ["src/explorer", [...BELOW_REPORT, "src/report"]],
  ["src/cli", [...BELOW_REPORT, ...DESIGNS, "src/serve", "src/report", "src/explorer"]],
  ["models", ["src/system", "src/graph", "src/drivers", "src/chart", "src/log"]],
  ["properties", ["src/system", "src/drivers", "src/graph", "src/log", "src/chart"]],
  ["test", ALL],
  ["bench", ALL],
]);

/** Files beside the folders of src/ that everybody may import, and that import nobody. */
export const SHARED = [
  "src/buffer-pool.ts",
  "src/error.ts",
  "src/package-file.ts",
  "src/vocabulary.ts",
];

/** What runs in a browser: it shares types with the rest, and no code. */
const IN_BROWSER = "src/page";

/** The row of the table that a file belongs to: `src/graph/role.ts` belongs to `src/graph`. */
export function layerOf(path: string): string {
  const [top = "", second = "", ...deeper] = path.split("/");
  return top === "src" && deeper.length > 0 ? `${top}/${second}` : top;
}

/** The file that a relative import means, or undefined for a package. */
export function targetOf(importer: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(importer), specifier);
}

/** What keeps a file from importing another one; undefined where nothing does. */
function objection(importer: string, target: string): string | undefined {
  if (SHARED.includes(target)) return undefined;
  const [from, to] = [layerOf(importer), layerOf(target)];
  if (SHARED.includes(importer)) return `${importer} may import nobody, hence not ${target}`;
  const allowed = LAYERS.get(from);
  if (allowed === undefined) return `${from} is not in the table of test/tidy/layers.ts`;
  if (from === to || allowed.includes(to)) return undefined;
  return `${from} may not import ${to} (${target})`;
}

/** What keeps a page from an import that the table allows; undefined where nothing does. */
function browserObjection(importer: string, target: string, types: boolean): string | undefined {
  const leaves = layerOf(importer) === IN_BROWSER && layerOf(target) !== IN_BROWSER;
  return leaves && !types ? `${importer} may import only types of ${target}` : undefined;
}

/** Relative imports of one file that point the wrong way, or at a file without its extension. */
export function layerFindings({ path, text }: SourceFile): Finding[] {
  return importsOf(text).flatMap(({ specifier, types, line }) => {
    const target = targetOf(path, specifier);
    if (target === undefined) return [];
    const extension = layerOf(path) === IN_BROWSER ? /\.(ts|tsx|css)$/ : /\.ts$/;
    const what = extension.test(target)
      ? (objection(path, target) ?? browserObjection(path, target, types))
      : `"${specifier}" does not end in .ts`;
    return what === undefined ? [] : [{ line, what }];
  });
}
