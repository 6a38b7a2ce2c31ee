/**
 * Pages of drivers, in the manner of nbdkit's manual: synopsis, what it does, options, permissions,
 * charts, limits, an example.
 */
import type { Driver, DriverCharts } from "../../../drivers/driver.ts";
import { DRIVERS } from "../../../drivers/registry.ts";
import type { ChildSlot } from "../../../graph/catalogue.ts";
import { commonOptions } from "../../../graph/common-options.ts";
import { code, heading, link } from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import { bullets, cell, codes, leftColumn, paragraph } from "../writing.ts";
import { profilesWith } from "./command-pages.ts";
import { exampleBlocks } from "./example-blocks.ts";
import { inputSchema, type PropertyRow, propertyRows } from "./json-schema.ts";
import { permissionBlocks } from "./permission-blocks.ts";
import { propertyTable } from "./property-table.ts";
import { REFERENCE, referencePath, trailOf } from "./reference-links.ts";

/** @param charts what is shown of a driver's charts: pictures; none: their names alone */
export function driverPages(charts: (driver: Driver) => readonly Block[]): PageDocument[] {
  return [...DRIVERS.values()].map((driver) => driverPage(driver, charts(driver)));
}

function driverPage(driver: Driver, pictures: readonly Block[]): PageDocument {
  const { name, summary, manual } = driver;
  return {
    path: referencePath("drivers", name),
    title: name,
    summary: `The driver ${name} ${summary}.`,
    trail: trailOf("drivers"),
    blocks: [
      heading(2, "Synopsis"),
      synopsis(driver),
      { kind: "terms", rows: [{ term: ["Profiles"], text: codes(profilesWith(name)) }] },
      heading(2, "What it does"),
      ...manual.about.map(paragraph),
      heading(2, "Children"),
      ...childBlocks(driver),
      heading(2, "Options"),
      ...optionBlocks(driver),
      heading(2, "Permissions"),
      ...permissionBlocks(driver),
      heading(2, "Charts"),
      ...chartBlocks(driver, pictures),
      heading(2, "Limits"),
      bullets(manual.limits),
      heading(2, "Example"),
      ...exampleBlocks(manual.example),
    ],
  };
}

/** The options of its own, without those that all nodes take. */
function ownOptions({ options }: Driver): PropertyRow[] {
  const common = new Set(Object.keys(commonOptions.shape));
  return propertyRows(inputSchema(options)).filter(({ path }) => !common.has(path));
}

function synopsis(driver: Driver): Block {
  const { name, children, internal } = driver;
  if (internal === true) return paragraph("Nobody can open one: commands do.");
  const given = [
    ...ownOptions(driver)
      .filter(({ path }) => !path.includes(".") && !path.includes("["))
      .map(({ path, type, required }) => argument(path, `<${type}>`, required)),
    ...children.map(({ name: child, optional, list }) =>
      argument(child, list === true ? "[<node>, ...]" : "<node>", optional !== true),
    ),
    argument("<option of all nodes>", "<value>", false),
  ];
  const lines = ["blockdev-add", `  "driver": "${name}"`, '  "node-name": <string>', ...given];
  return { kind: "code", language: "text", text: `${lines.join("\n")}\n` };
}

function argument(name: string, value: string, required: boolean): string {
  const text = name.startsWith("<") ? `${name}: ${value}` : `"${name}": ${value}`;
  return required ? `  ${text}` : `  [${text}]`;
}

function childBlocks({ children }: Driver): Block[] {
  if (children.length === 0) return [paragraph("It has none.")];
  return [
    {
      kind: "table",
      caption: "Children, in the order in which they are opened",
      columns: ["child", "roles", "given"].map(leftColumn),
      rows: children.map((child) => [
        cell([code(child.name)]),
        cell(child.roles.join(", ")),
        cell(kindOf(child)),
      ]),
      sortable: false,
    },
  ];
}

function kindOf({ optional, list }: ChildSlot): string {
  if (list === true) return "a list";
  return optional === true ? "may be absent, or null" : "required";
}

function optionBlocks(driver: Driver): Block[] {
  const rows = ownOptions(driver);
  const { reopens, internal } = driver;
  const reopened =
    reopens === null
      ? "It cannot be reopened."
      : reopens.length === 0
        ? "None of its own options can be changed by `blockdev-reopen`."
        : `\`blockdev-reopen\` can change ${reopens.map((name) => `\`${name}\``).join(", ")}.`;
  return [
    rows.length === 0
      ? paragraph("None of its own.")
      : propertyTable(`Options of ${driver.name}`, rows),
    ...(internal === true
      ? []
      : [
          paragraph(reopened),
          {
            kind: "paragraph",
            text: ["All nodes take ", link("some more", `${REFERENCE}/options`), "."],
          } as const,
        ]),
  ];
}

/** View reads at once that charts are listed for; it makes no difference to their names. */
const READERS = 1;

function chartBlocks(driver: Driver, pictures: readonly Block[]): Block[] {
  const variants = driver.variants({ readers: READERS });
  if (variants.length === 0) return [paragraph("It has none: no request passes through it.")];
  const named = (namesOf: (charts: DriverCharts) => readonly string[]) => [
    ...new Set(variants.flatMap(({ charts }) => namesOf(charts))),
  ];
  const rows = [
    ["of each cluster", named(({ cluster }) => (cluster === null ? [] : [cluster.name]))] as const,
    ["of the node", named(({ node }) => (node === null ? [] : [node.name]))] as const,
    ["of requests", named(({ requests }) => Object.keys(requests))] as const,
    ["of tasks, one for a cluster", named(({ tasks }) => Object.keys(tasks))] as const,
  ].filter(([, names]) => names.length > 0);
  return [
    rows.length === 0
      ? paragraph("It has none.")
      : {
          kind: "terms",
          rows: rows.map(([what, names]) => ({ term: [what], text: codes(names) })),
        },
    ...pictures,
  ];
}
