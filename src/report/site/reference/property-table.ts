/**
 * The table of what an object has: arguments of a command, options of a driver, a document.
 */

import { code } from "../blocks.ts";
import type { Block } from "../page-document.ts";
import { cell, leftColumn } from "../writing.ts";
import type { PropertyRow } from "./json-schema.ts";

export function propertyTable(caption: string, rows: readonly PropertyRow[]): Block {
  return {
    kind: "table",
    caption,
    columns: ["name", "type", "default", "meaning"].map(leftColumn),
    rows: rows.map(({ path, type, required, byDefault, description }) => [
      cell([code(path)]),
      cell(type),
      cell(defaultText(required, byDefault)),
      cell(description),
    ]),
    sortable: rows.length > 8,
  };
}

function defaultText(required: boolean, byDefault: string | null): string {
  if (byDefault !== null) return byDefault;
  return required ? "required" : "absent";
}
