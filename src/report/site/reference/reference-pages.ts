/**
 * All pages of the reference, and the one that lists them.
 */
import type { Command } from "commander";
import type { Driver } from "../../../drivers/driver.ts";
import { heading, link } from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import { paragraph } from "../writing.ts";
import { cliPages } from "./cli-pages.ts";
import { commandPages } from "./command-pages.ts";
import { documentPages } from "./document-pages.ts";
import { driverPages } from "./driver-pages.ts";
import { optionsPage } from "./options-page.ts";
import { REFERENCE, SECTIONS, type Section } from "./reference-links.ts";

const ORDER: readonly Section[] = ["cli", "drivers", "qmp", "schemas"];

export interface ReferenceSources {
  /** the commands of the command line, configured, in their order */
  readonly commands: readonly Command[];
  /** what is shown of a driver's charts besides their names */
  charts(driver: Driver): readonly Block[];
}

/** The list comes first. */
export function referencePages({ commands, charts }: ReferenceSources): PageDocument[] {
  const sections: Readonly<Record<Section, readonly PageDocument[]>> = {
    cli: cliPages(commands),
    drivers: driverPages(charts),
    qmp: commandPages(),
    schemas: documentPages(),
  };
  const options = optionsPage();
  return [listPage(sections, options), options, ...ORDER.flatMap((section) => sections[section])];
}

function listPage(
  sections: Readonly<Record<Section, readonly PageDocument[]>>,
  options: PageDocument,
): PageDocument {
  return {
    path: REFERENCE,
    title: "Reference",
    summary: "The command line, all drivers and QMP commands, and the documents that are written.",
    trail: [{ title: "Overview", path: "index" }],
    blocks: [
      paragraph(
        "Made of the definitions that execute: schemas, rules of permission, and what the " +
          "command line takes. Every example is executed by a test.",
      ),
      ...ORDER.flatMap((section): Block[] => [
        heading(2, SECTIONS[section], section),
        ...(section === "drivers" ? [optionsNote(options)] : []),
        {
          kind: "terms",
          rows: sections[section].map(({ title, path, summary }) => ({
            term: [link(title, path)],
            text: [summary],
          })),
        },
      ]),
    ],
  };
}

function optionsNote({ title, path }: PageDocument): Block {
  return { kind: "paragraph", text: ["Besides their own there are ", link(title, path), "."] };
}
