/**
 * The page of options that are not of one driver or command: of all nodes, and of all jobs.
 */
import { commonOptions } from "../../../graph/common-options.ts";
import { JOB_OPTIONS } from "../../../graph/job-options.ts";
import { heading } from "../blocks.ts";
import type { PageDocument } from "../page-document.ts";
import { paragraph } from "../writing.ts";
import { inputSchema, propertyRows } from "./json-schema.ts";
import { propertyTable } from "./property-table.ts";
import { REFERENCE, TRAIL } from "./reference-links.ts";

export function optionsPage(): PageDocument {
  return {
    path: `${REFERENCE}/options`,
    title: "Options of all nodes and jobs",
    summary:
      "Options that every node takes, whatever its driver, and options that every job takes.",
    trail: TRAIL,
    blocks: [
      paragraph(
        "Names and values are as QMP has them. Only what has an effect here is taken: an option " +
          "that would be ignored without a word is refused, so that a design never rests on what " +
          "was not simulated.",
      ),
      heading(2, "Of all nodes"),
      propertyTable("Options of all nodes", propertyRows(inputSchema(commonOptions))),
      heading(2, "Of all jobs"),
      propertyTable("Options of all jobs", propertyRows(inputSchema(JOB_OPTIONS))),
    ],
  };
}
