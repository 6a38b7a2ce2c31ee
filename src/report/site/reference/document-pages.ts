/**
 * Pages of the documents that blockgraph writes, made of their schemas.
 */

import { heading } from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import { paragraph } from "../writing.ts";
import { DOCUMENTS, type DocumentKind } from "./documents.ts";
import { type JsonSchema, type PropertyRow, propertyRows, readJsonSchema } from "./json-schema.ts";
import { propertyTable } from "./property-table.ts";
import { referencePath, trailOf } from "./reference-links.ts";

export function documentPages(): PageDocument[] {
  return DOCUMENTS.map(documentPage);
}

function documentPage(document: DocumentKind): PageDocument {
  const { name, title, told, schema } = document;
  const described = readJsonSchema(schema());
  return {
    path: referencePath("schemas", name),
    title,
    summary: `${title}: all its properties and their types.`,
    trail: trailOf("schemas"),
    blocks: [
      paragraph(told),
      heading(2, "JSON Schema"),
      paragraph("For other programs, as JSON Schema (draft 2020-12):"),
      { kind: "code", language: "sh", text: `blockgraph schema ${name}\n` },
      ...(described.anyOf === undefined
        ? [heading(2, "Properties"), propertyTable(title, propertyRows(described))]
        : choiceBlocks(described.anyOf)),
    ],
  };
}

/** A document that is one of several objects: what all have, and then each. */
function choiceBlocks(choices: readonly JsonSchema[]): Block[] {
  const [first] = choices;
  const shared = Object.keys(first?.properties ?? {}).filter((name) =>
    choices.every(({ properties }) => properties?.[name] !== undefined),
  );
  const isShared = ({ path }: PropertyRow) => shared.includes(path);
  return [
    heading(2, "What every line has"),
    propertyTable(
      "Properties of every line",
      propertyRows(first ?? {})
        .filter(isShared)
        .map((row) => (row.path === "kind" ? { ...row, type: "string" } : row)),
    ),
    ...choices.flatMap((choice): Block[] => {
      const kind = String(choice.properties?.kind?.const);
      const rows = propertyRows(choice).filter((row) => !isShared(row));
      return [
        heading(2, kind),
        paragraph(choice.description ?? ""),
        ...(rows.length === 0 ? [] : [propertyTable(`Of ${kind}`, rows)]),
      ];
    }),
  ];
}
