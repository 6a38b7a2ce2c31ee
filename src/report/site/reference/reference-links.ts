/**
 * Where the pages of the reference are, and what stands above them.
 */
import type { PageDocument } from "../page-document.ts";

export const REFERENCE = "reference";

/** The sections of the reference, by the folders of their pages. */
export const SECTIONS = {
  cli: "Command line",
  drivers: "Drivers",
  qmp: "QMP commands",
  schemas: "Documents",
} as const;
export type Section = keyof typeof SECTIONS;

export function referencePath(section: Section, name: string): string {
  return `${REFERENCE}/${section}/${name}`;
}

/** The pages above one of a section. */
export function trailOf(section: Section): PageDocument["trail"] {
  return [
    { title: "Overview", path: "index" },
    { title: "Reference", path: REFERENCE },
    { title: SECTIONS[section], path: `${REFERENCE}#${section}` },
  ];
}

/** The pages above one that belongs to no section. */
export const TRAIL: PageDocument["trail"] = [
  { title: "Overview", path: "index" },
  { title: "Reference", path: REFERENCE },
];
