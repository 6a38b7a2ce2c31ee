/**
 * Import cycles between files. Two files that need each other are one subject in two places, and
 * the order in which they load becomes a matter of luck. Imports of types count like any other.
 */
import { targetOf } from "./layers.ts";
import { importsOf } from "./source-text.ts";
import type { SourceFile } from "./tree.ts";

/** Import cycles among these files, each as `a -> b -> a`; none found means that there is none. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const imports = new Map<string, readonly string[]>();
  for (const { path, text } of files) {
    const targets = importsOf(text).map(({ specifier }) => targetOf(path, specifier));
    imports.set(
      path,
      targets.filter((target) => target !== undefined),
    );
  }
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(" -> "));
    if (start >= 0 || finished.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}
