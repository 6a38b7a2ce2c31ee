/**
 * An example in QMP as it can be pasted into a shell, and which profiles it is for.
 */
import type { QmpCommand } from "../../../graph/commands.ts";
import type { JsonValue } from "../../../graph/graph.ts";
import { PROFILES, type ProfileName, profile } from "../../../graph/profile.ts";
import type { Block } from "../page-document.ts";
import { paragraph } from "../writing.ts";

/** A script for a shell with QMP commands in a file, of which `blockgraph explain` judges all. */
export function exampleText(example: readonly QmpCommand[]): string {
  const lines = example.map(({ execute, arguments: given }) =>
    JSON.stringify(Object.keys(given).length === 0 ? { execute } : { execute, arguments: given }),
  );
  const profiles = profilesOf(example);
  const rules = profiles.includes("proposed") ? "proposed" : (profiles[0] ?? "proposed");
  return [
    "cat > example.jsonl << 'END'",
    ...lines,
    "END",
    `blockgraph explain example.jsonl --profile ${rules}\n`,
  ].join("\n");
}

export function exampleBlocks(example: readonly QmpCommand[]): Block[] {
  return [
    { kind: "code", language: "sh", text: exampleText(example) },
    paragraph(
      "These are commands for an empty graph; a storage daemon with an NBD server takes the same " +
        "lines, where it has the images.",
    ),
  ];
}

/** The profiles that have all that an example uses. */
export function profilesOf(example: readonly QmpCommand[]): ProfileName[] {
  const used = example.flatMap(({ execute, arguments: given }) => [
    execute,
    ...valuesOf(given, "driver"),
    // The actions of a transaction are commands.
    ...valuesOf(given, "type"),
  ]);
  return PROFILES.filter((name) => used.every((each) => !profile(name).absent.has(each)));
}

function valuesOf(value: JsonValue, key: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key && typeof inner === "string" ? [inner] : valuesOf(inner, key),
  );
}
