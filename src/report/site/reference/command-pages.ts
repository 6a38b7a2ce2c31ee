/**
 * Pages of QMP commands, made of their schemas: arguments, profiles that have them, an example.
 */

import type { GraphCommand } from "../../../graph/command.ts";
import { COMMANDS } from "../../../graph/commands.ts";
import { PROFILES, type ProfileName, profile } from "../../../graph/profile.ts";
import { heading, link } from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import { codes, paragraph, plain, prose } from "../writing.ts";
import { exampleBlocks } from "./example-blocks.ts";
import { inputSchema, propertyRows } from "./json-schema.ts";
import { propertyTable } from "./property-table.ts";
import { REFERENCE, referencePath, trailOf } from "./reference-links.ts";

export function commandPages(): PageDocument[] {
  return [...COMMANDS.values()].map(commandPage);
}

function commandPage(command: GraphCommand): PageDocument {
  const { name, summary, example } = command;
  return {
    path: referencePath("qmp", name),
    title: name,
    summary: plain(summary),
    trail: trailOf("qmp"),
    blocks: [
      paragraph(summary),
      { kind: "terms", rows: [{ term: ["Profiles"], text: codes(profilesWith(name)) }] },
      heading(2, "Arguments"),
      ...argumentBlocks(command),
      heading(2, "Example"),
      ...exampleBlocks(example),
    ],
  };
}

/** Names of the profiles that have a command or driver. */
export function profilesWith(name: string): ProfileName[] {
  return PROFILES.filter((each) => !profile(each).absent.has(name));
}

function argumentBlocks({ name, schema, schemaIn }: GraphCommand): Block[] {
  const described = inputSchema(schema);
  const rows = propertyRows(described);
  if (rows.length === 0 && described.description === undefined) return [paragraph("None.")];
  const newer = rows.map(({ path }) => path).filter((path) => !path.includes("."));
  const absences =
    schemaIn === undefined
      ? []
      : PROFILES.flatMap((each) => {
          const known = new Set(propertyRows(inputSchema(schemaIn(profile(each)))).map(pathOf));
          const missing = newer.filter((path) => !known.has(path));
          return missing.length === 0 ? [] : [{ each, missing }];
        });
  return [
    ...(described.description === undefined ? [] : [paragraph(`${described.description}.`)]),
    ...(rows.length === 0 ? [] : [propertyTable(`Arguments of ${name}`, rows)]),
    ...absences.map(
      ({ each, missing }): Block => ({
        kind: "paragraph",
        text: [...prose(`Profile \`${each}\` does not know `), ...codes(missing), "."],
      }),
    ),
    ...(name === "blockdev-add" || name === "blockdev-reopen" ? [DEFINITION] : []),
  ];
}

const pathOf = ({ path }: { path: string }) => path;

const DEFINITION: Block = {
  kind: "paragraph",
  text: [
    "What a node is opened with is told on the pages of ",
    link("drivers", `${REFERENCE}#drivers`),
    " and of ",
    link("options that all nodes take", `${REFERENCE}/options`),
    ".",
  ],
};
