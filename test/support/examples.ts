/**
 * What an example needs: commands and drivers that a profile must have, and images.
 */
import { join } from "node:path";
import type { QmpCommand } from "../../src/graph/commands.ts";
import { createImage } from "./qemu-tools.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

/** Names of all commands and drivers that it uses. */
export function usedBy(example: readonly QmpCommand[]): string[] {
  return example.flatMap(({ execute, arguments: given }) => [
    execute,
    ...valuesOf(given, "driver"),
    // The actions of a transaction are commands.
    ...valuesOf(given, "type"),
  ]);
}

/** Calls `use` with a folder that has the images that an example opens, of one MiB each. */
export function withImages<T>(
  example: readonly QmpCommand[],
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const names = example.flatMap(({ arguments: given }) => valuesOf(given, "filename"));
  return inTemporaryFolder((folder) => {
    for (const name of new Set(names)) {
      const format = name.endsWith(".qcow2") ? "qcow2" : "raw";
      createImage(join(folder, name), 1_048_576, "-f", format);
    }
    return use(folder);
  });
}

function valuesOf(value: unknown, key: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key && typeof inner === "string" ? [inner] : valuesOf(inner, key),
  );
}
